package io.vipgate.relay;

import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.Sysctl;
import io.vipgate.linux.SystemCalls;
import io.vipgate.linux.TcpInfo;

/**
 * Bounds what the kernel keeps of a direction that streams and whose reader has stopped. Left alone, it widens the receive
 * buffer of a source that is read fast up to the maximum of tcp_rmem, and the send buffer up to that of tcp_wmem; a reader
 * that stops then has both filled.
 *
 * <p>The receive buffer has a fixed size from then on: TCP_WINDOW_CLAMP does not hold, since the kernel moves the clamp when
 * it widens the buffer. So by default that of a far peer is left alone, whose throughput needs it. Of what was written only
 * the part that is not sent yet is bounded, which must last until the loop comes back to it; a far peer,
 * to whom the kernel sends in larger lots, gets more.
 *
 * <p>A direction streams once it has delivered {@link #STREAM_BYTES}: before, buffers are small, and short connections do
 * not pay for the calls.
 *
 * <p>Confined to its event loop.
 */
final class StreamBuffers {
    /** Bytes of one direction that make a stream. */
    static final int STREAM_BYTES = 256 << 10;
    /** Default bounds in bytes. */
    static final int RECEIVE_BYTES = 1 << 20;
    static final int SEND_BYTES = 1 << 20;
    static final int FAR_SEND_BYTES = 2 << 20;
    /** A peer whose round trip takes this long or longer is far. */
    static final int FAR_MICROS = 500;

    private final SystemCalls systemCalls;
    private final TcpInfo info = new TcpInfo();
    /** What the kernel grants a process that may not have more by privilege. */
    private final long maxReceive = Sysctl.read("net.core.rmem_max").map(Long::parseLong).orElse(Long.MAX_VALUE);

    StreamBuffers(SystemCalls systemCalls) {
        this.systemCalls = systemCalls;
    }

    /** Sets the bounds of a flow's source and target, once it streams. */
    void bound(Flow flow) {
        if (!flow.source.isBounded && flow.delivered() >= STREAM_BYTES) {
            flow.source.isBounded = true;
            receive(flow.source);
            send(flow.target);
        }
    }

    private void receive(RelaySocket source) {
        int configured = source.relay.buffersOf(source).receive();
        int bytes = configured > 0 ? configured : isNear(source) ? RECEIVE_BYTES : 0;
        // By privilege if there is one. A default that the kernel would cut is left out: a smaller buffer costs throughput.
        if (bytes > 0 && set(source, SocketOptions.SO_RCVBUFFORCE, bytes) < 0
                && (configured > 0 || bytes <= maxReceive)) {
            int _ = set(source, SocketOptions.SO_RCVBUF, bytes);
        }
    }

    private int set(RelaySocket socket, int option, int bytes) {
        return systemCalls.setOption(socket.fd, SocketOptions.SOL_SOCKET, option, bytes);
    }

    private void send(RelaySocket target) {
        int bytes = target.relay.buffersOf(target).send();
        if (bytes == 0) {
            bytes = isNear(target) ? SEND_BYTES : FAR_SEND_BYTES;
        }
        systemCalls.setOption(target.fd, SocketOptions.SOL_TCP, SocketOptions.TCP_NOTSENT_LOWAT, bytes);
    }

    private boolean isNear(RelaySocket peer) {
        return systemCalls.tcpInfo(peer.fd, info) == 0 && info.minRttMicros() < FAR_MICROS;
    }
}
