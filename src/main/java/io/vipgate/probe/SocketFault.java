package io.vipgate.probe;

import io.vipgate.linux.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Whose fault a failed connection is: the endpoint's, which counts, or this machine's own, which doesn't.
 *
 * <p>Java keeps no error number, so exceptions of its sockets are told apart by class, and only where that says too little by the
 * kernel's words. Those come in the process's language: an error of connect(2) that isn't recognised is taken for this
 * machine's, because one descriptor lacking here must never take every endpoint down.
 *
 * <p>Immutable.
 */
final class SocketFault {
    /** EMFILE and ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EPERM of a firewall here, ENODEV of an interface that is gone. */
    private static final List<String> LOCAL = List.of("too many open files", "no buffer space",
            "cannot allocate memory", "cannot assign requested address", "operation not permitted", "no such device");

    private SocketFault() {}

    /** What a check that ended in this exception came to. */
    static ProbeResult resultOf(IOException fault, Conversation.Phase phase) {
        if (fault instanceof BadAnswerException) {
            return ProbeResult.fail(ResultText.printable(fault.getMessage()));
        }
        if (fault instanceof ConnectionFault known) {
            return phase == Conversation.Phase.CONNECT ? ofConnect(known.errno()) : ofConnection(known.errno());
        }
        SocketException socketFault = socketFaultIn(fault);
        if (socketFault != null) {
            return phase == Conversation.Phase.CONNECT ? ofConnect(socketFault) : ofConnection(socketFault);
        }
        if (fault instanceof SSLException tlsFault) {
            return ProbeResult.fail(TlsFault.cause(tlsFault));
        }
        return local(fault);
    }

    /**
     * What a connect came to that failed after connect(2) had begun it. The error came from outside, by RST or ICMP, unless
     * memory is short.
     */
    static ProbeResult ofSocketError(int errno) {
        return switch (errno) {
            case Errno.ENOMEM, Errno.ENOBUFS -> local(errno);
            case Errno.ETIMEDOUT -> ProbeResult.timeout("connection timed out");
            case Errno.ECONNREFUSED -> ProbeResult.fail("connection refused");
            case Errno.ECONNRESET, Errno.EPIPE -> ProbeResult.fail("connection reset");
            default -> ProbeResult.fail(Errno.text(errno));
        };
    }

    private static ProbeResult ofConnect(int errno) {
        return switch (errno) {
            case Errno.ETIMEDOUT -> ProbeResult.timeout("connection timed out");
            case Errno.ECONNREFUSED -> ProbeResult.fail("connection refused");
            case Errno.ECONNRESET -> ProbeResult.fail("connection reset");
            case Errno.EHOSTUNREACH, Errno.EHOSTDOWN, Errno.ENETUNREACH, Errno.ENETDOWN ->
                ProbeResult.fail(Errno.text(errno));
            default -> local(errno);
        };
    }

    private static ProbeResult ofConnection(int errno) {
        return switch (errno) {
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM, Errno.EADDRNOTAVAIL, Errno.EPERM,
                    Errno.ENODEV ->
                local(errno);
            case Errno.ECONNRESET, Errno.EPIPE -> ProbeResult.fail("connection reset");
            default -> ProbeResult.fail(Errno.text(errno));
        };
    }

    private static ProbeResult local(int errno) {
        return ProbeResult.local(
                "this machine: " + (errno == Errno.ENOMEM ? "cannot allocate memory" : Errno.text(errno)));
    }

    private static ProbeResult ofConnect(SocketException fault) {
        String words = words(fault);
        return switch (fault) {
            case BindException _ -> local(fault);
            case NoRouteToHostException _ -> ProbeResult.fail("no route to host");
            case ConnectException _ when words.contains("timed out") -> ProbeResult.timeout("connection timed out");
            case ConnectException _ -> ProbeResult.fail("connection refused");
            case SocketException _ when words.contains("reset") -> ProbeResult.fail("connection reset");
            case SocketException _ when words.contains("network is ") || words.contains("host is ") ->
                ProbeResult.fail(words);
            default -> local(fault);
        };
    }

    private static ProbeResult ofConnection(SocketException fault) {
        String words = words(fault);
        if (LOCAL.stream().anyMatch(words::contains)) {
            return local(fault);
        }
        return ProbeResult.fail(words.contains("broken pipe") ? "connection reset" : words);
    }

    private static ProbeResult local(IOException fault) {
        return ProbeResult.local("this machine: " + words(fault));
    }

    private static @Nullable SocketException socketFaultIn(Throwable fault) {
        for (Throwable each = fault; each != null; each = each.getCause()) {
            if (each instanceof SocketException found) {
                return found;
            }
        }
        return null;
    }

    private static String words(IOException fault) {
        return ResultText.printable(fault.getMessage()).toLowerCase(Locale.ROOT);
    }
}
