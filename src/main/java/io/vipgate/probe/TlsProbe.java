package io.vipgate.probe;

import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;

/**
 * Checks over TLS: a socket that waits, one deadline over everything, and an end that leaves nothing behind. Begins and
 * ends its connection as {@link PlainCheck} does; the gateway speaks first in any case.
 *
 * <p>Thread-safe.
 */
final class TlsProbe implements BlockingProbe {
    private final ProbeConnection connection;
    private final TlsClient tls;
    private final Supplier<Talk> talks;

    /**
     * Makes a probe.
     *
     * @param talks makes what is said and heard in one check
     */
    TlsProbe(ProbeConnection connection, TlsClient tls, Supplier<Talk> talks) {
        this.connection = connection;
        this.tls = tls;
        this.talks = talks;
    }

    @Override
    public ProbeResult check(ProbeTarget target, long deadlineNanos) throws InterruptedException {
        if (deadlineNanos - System.nanoTime() <= 0) {
            return ProbeResult.inconclusive("no time left to begin");
        }
        Socket socket;
        try {
            socket = open();
        } catch (IOException e) {
            return ProbeResult.local("no socket: " + ResultText.printable(e.getMessage()));
        }
        SocketConversation conversation = new SocketConversation(socket, target, connection.origin(),
                connection.header().towards(target));
        try (Deadline deadline = Deadline.start(socket, deadlineNanos)) {
            ProbeResult result = resultOf(conversation);
            boolean passed = result.outcome() == ProbeResult.Outcome.PASS;
            if (!passed && Thread.interrupted()) {
                throw new InterruptedException();
            }
            // Whatever went wrong once the socket was closed under the talk went wrong because of that.
            return !passed && deadline.hasPassed() ? connection.silence(conversation.phase()) : result;
        }
    }

    private ProbeResult resultOf(SocketConversation conversation) {
        try {
            conversation.connect();
            conversation.secure(tls);
            return talks.get().with(conversation);
        } catch (IOException e) {
            return SocketFault.resultOf(e, conversation.phase());
        }
    }

    private static Socket open() throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoLinger(true, 0);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
