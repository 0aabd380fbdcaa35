package io.vipgate.probe;

import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * What all probes over a connection have in common: a socket, one deadline over everything, and an end that leaves
 * nothing behind.
 *
 * <p><b>End.</b> Every connection of a probe ends in a reset. A clean end would leave a TIME_WAIT on this side for each
 * check, and with a hundred endpoints probed twice a second those are 12 000 local ports that relays then lack.
 *
 * <p><b>Handshake.</b> Where the probe speaks first, the handshake's last ACK is held back and leaves with the first
 * bytes. Where it says nothing at all, as a bare connect does, the reset goes in its stead: the endpoint's kernel has
 * answered, and the process behind it never hears of the connection, nor logs it.
 *
 * <p>Immutable.
 */
final class SocketCheck {
    /** What a kind of probe says and hears once connected. */
    @FunctionalInterface
    interface Talk {
        /**
         * Talks to the endpoint.
         *
         * @throws IOException when the connection fails, and as {@link BadAnswerException} when the answer is wrong
         */
        ProbeResult with(Conversation conversation) throws IOException;
    }

    private final SocketFactory sockets;
    private final Duration timeout;
    private final ProbeHeader header;
    private final ProbeOrigin origin;
    private final boolean listensFirst;

    /**
     * Makes a check.
     *
     * @param sockets makes sockets that aren't connected
     * @param timeout of one check, for the words of the result
     * @param header what comes before the first bytes said
     * @param origin where the connection comes from
     * @param listensFirst whether the probe listens before it says anything: then the endpoint must know at once that it
     *        is connected
     */
    SocketCheck(SocketFactory sockets, Duration timeout, ProbeHeader header, ProbeOrigin origin, boolean listensFirst) {
        this.sockets = sockets;
        this.timeout = timeout;
        this.header = header;
        this.origin = origin;
        this.listensFirst = listensFirst;
    }

    /**
     * Connects and talks, until the deadline at most.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    ProbeResult run(ProbeTarget target, long deadlineNanos, Talk talk) throws InterruptedException {
        if (deadlineNanos - System.nanoTime() <= 0) {
            return ProbeResult.inconclusive("no time left to begin");
        }
        byte[] preamble = header.towards(target);
        Socket socket;
        try {
            socket = open(listensFirst && preamble.length == 0);
        } catch (IOException e) {
            return ProbeResult.local("no socket: " + ResultText.printable(e.getMessage()));
        }
        Conversation conversation = new Conversation(socket, target, origin, preamble);
        try (Deadline deadline = Deadline.start(socket, deadlineNanos)) {
            ProbeResult result = resultOf(conversation, talk);
            boolean passed = result.outcome() == ProbeResult.Outcome.PASS;
            if (!passed && Thread.interrupted()) {
                throw new InterruptedException();
            }
            // Whatever went wrong once the socket was closed under the talk went wrong because of that.
            return !passed && deadline.hasPassed() ? silence(conversation.phase()) : result;
        }
    }

    private static ProbeResult resultOf(Conversation conversation, Talk talk) {
        try {
            conversation.connect();
            return talk.with(conversation);
        } catch (IOException e) {
            return SocketFault.resultOf(e, conversation.phase());
        }
    }

    private Socket open(boolean waits) throws IOException {
        Socket socket = sockets.createSocket();
        try {
            socket.setSoLinger(true, 0);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (!waits) {
                socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
            }
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private ProbeResult silence(Conversation.Phase phase) {
        String missed = switch (phase) {
            case CONNECT -> "no connection";
            case HANDSHAKE -> "no TLS handshake";
            case ANSWER -> "no answer";
        };
        return ProbeResult.timeout(missed + " in " + ResultText.duration(timeout));
    }
}
