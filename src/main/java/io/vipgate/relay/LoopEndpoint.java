package io.vipgate.relay;

import io.vipgate.counters.EnumCounter;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;

/**
 * An endpoint as one event loop sees it: its address in the kernel's form, and this loop's counters.
 *
 * <p>Confined to its event loop.
 */
public final class LoopEndpoint {
    private final Endpoint endpoint;
    private final NativeSocketAddress address;
    private final boolean canReachItself;
    /** Shared with the other addresses of its name. */
    private final EndpointCounts counts;
    private final EnumCounter<ConnectFailure> connectFailures = new EnumCounter<>(ConnectFailure.class);
    private final EnumCounter<CloseReason> closed = new EnumCounter<>(CloseReason.class);
    private EndpointState state = EndpointState.initial(0, false);
    private long connected;
    private long bytesToBackend;
    private long bytesToClient;

    LoopEndpoint(Endpoint endpoint, LocalPorts localPorts, EndpointCounts counts) {
        this.endpoint = endpoint;
        this.counts = counts;
        address = NativeSocketAddress.of(endpoint.address());
        canReachItself = localPorts.canReachItself(endpoint.address());
    }

    /** The endpoint. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** What the snapshot that the loop last saw says of it. */
    EndpointState state() {
        return state;
    }

    void update(EndpointState newState) {
        state = newState;
    }

    NativeSocketAddress address() {
        return address;
    }

    int family() {
        return address.family();
    }

    /**
     * True when a connect may, by chance, get the very port it connects to as its own and so reach itself: on a local
     * address, with a port the kernel hands out (RFC 9293 section 3.5, simultaneous open).
     */
    boolean canReachItself() {
        return canReachItself;
    }

    /** Where the bytes of a listener's relays are counted, besides here. */
    Traffic traffic(String listener) {
        return counts.traffic(listener);
    }

    void onConnected(long nanos) {
        connected++;
        counts.onConnected(nanos);
    }

    void onConnectFailed(ConnectFailure failure) {
        connectFailures.add(failure);
        counts.onConnectFailed(failure);
    }

    void onClosed(CloseReason reason) {
        closed.add(reason);
        counts.onClosed(reason);
    }

    void onDelivered(boolean isToBackend, int bytes) {
        if (isToBackend) {
            bytesToBackend += bytes;
        } else {
            bytesToClient += bytes;
        }
    }

    /** Connections that were made. */
    public long connected() {
        return connected;
    }

    /** Attempts that failed for this reason. */
    public long connectFailures(ConnectFailure failure) {
        return connectFailures.of(failure);
    }

    /** Relays that ended for this reason. */
    public long closed(CloseReason reason) {
        return closed.of(reason);
    }

    /** Bytes delivered to the endpoint. */
    public long bytesToBackend() {
        return bytesToBackend;
    }

    /** Bytes delivered to clients. */
    public long bytesToClient() {
        return bytesToClient;
    }
}
