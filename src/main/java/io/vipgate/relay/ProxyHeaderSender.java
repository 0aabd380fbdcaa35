package io.vipgate.relay;

import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.Errno;
import io.vipgate.linux.PendingBufferPool;
import io.vipgate.linux.SystemCalls;
import io.vipgate.proxyprotocol.ProxyHeader;

/**
 * Sends the PROXY header as the first bytes on a connection to an endpoint, in one write.
 *
 * <p>Confined to its event loop.
 */
final class ProxyHeaderSender {
    private final SystemCalls systemCalls;
    private final PendingBufferPool pendingBuffers;
    private final ProxyHeader header = new ProxyHeader();
    private final ClientAddress source = new ClientAddress();
    private final ClientAddress destination = new ClientAddress();

    ProxyHeaderSender(SystemCalls systemCalls, PendingBufferPool pendingBuffers) {
        this.systemCalls = systemCalls;
        this.pendingBuffers = pendingBuffers;
    }

    /**
     * Sends the header for the client of a flow that has not moved a byte yet. What the send queue does not take, which a fresh one
     * always does, goes out before the client's bytes.
     *
     * @return false when the endpoint is reset already
     */
    boolean send(Flow up, ProxyHeader.Version version, long clientHigh, long clientLow, int clientPort) {
        source.set(clientHigh, clientLow, clientPort);
        if (systemCalls.localAddress(up.source.fd, destination) != 0) {
            return false;
        }
        int length = header.build(version, source, destination);
        // The client's first bytes are a second write, which must not wait for the header's acknowledgement.
        up.target.enableNoDelay(systemCalls);
        int sent = systemCalls.send(up.target.fd, header.address(), length, false);
        if (sent < 0 && sent != -Errno.EAGAIN) {
            return false;
        }
        int taken = Math.max(0, sent);
        if (taken < length) {
            up.target.isWritable = false;
            up.pending = pendingBuffers.keep(header.address() + taken, length - taken);
        }
        return true;
    }
}
