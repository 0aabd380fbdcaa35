package io.vipgate.relay;

import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.SystemCalls;
import io.vipgate.linux.TcpInfo;

/**
 * Bounds what the kernel keeps of a direction that streams and whose reader has stopped. Left alone, it widens the receive
 * buffer of a source that is read fast up to the maximum of tcp_rmem, and the send buffer up to that of tcp_wmem; a reader
 * that stops then has both filled.
 *
 * <p>The receive buffer has a fixed size from then on: TCP_WINDOW_CLAMP does not hold, since the kernel moves the clamp when
 * it widens the buffer. So by default that of a far peer is left alone, whose throughput needs it. Of what was written only
 * the part that is not sent yet is bounded, which must last until the loop comes back to it; a far peer, to whom the kernel
 * sends in larger lots, gets more.
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
    static final int RECEIVE_BYTES = 256 << 10;
    static final int SEND_BYTES = 256 << 10;
    static final int FAR_SEND_BYTES = 1 << 20;
    /** A peer whose round trip takes this long or longer is far. */
    static final int FAR_MICROS = 500;

    private final SystemCalls systemCalls;
    private final TcpInfo info = new TcpInfo();

    StreamBuffers(SystemCalls systemCalls) {
        this.systemCalls = systemCalls;
    }

    /** Sets the bounds of a flow's source and target, once it streams. */
    void bound(Flow flow) {
        if (!flow.isBounded && flow.delivered() >= STREAM_BYTES) {
            flow.isBounded = true;
            receive(flow.source);
            send(flow.target);
        }
    }

    private void receive(RelaySocket source) {
        int bytes = source.relay.buffersOf(source).receive();
        if (bytes == 0 && isNear(source)) {
            bytes = RECEIVE_BYTES;
        }
        if (bytes > 0) {
            systemCalls.setOption(source.fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVBUF, bytes);
        }
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
