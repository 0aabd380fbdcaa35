package io.vipgate.relay;

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
    private EndpointCounts counts = new EndpointCounts();
    private EndpointState state = EndpointState.initial(0, false);

    LoopEndpoint(Endpoint endpoint, LocalPorts localPorts) {
        this.endpoint = endpoint;
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

    /** Whether it may be tried beside another one that is slow: nothing speaks against it, and it is a backup only if that is. */
    boolean isGoodBeside(LoopEndpoint first) {
        return state.isEligible() && (state.isPrime() || (first.state.isBackup() && state.isPrimeOrBackup()));
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

    /** Where the bytes of a listener's relays are counted. */
    Traffic traffic(String listener) {
        return counts.traffic(listener);
    }

    void onConnected(long nanos) {
        counts.onConnected(nanos);
    }

    void onConnectFailed(ConnectFailure failure) {
        counts.onConnectFailed(failure);
    }

    void onClosed(CloseReason reason) {
        counts.onClosed(reason);
    }

    /** Hands over what was counted, and counts there from now on: a relay may yet end that failed here. */
    void countInto(EndpointCounts ofName) {
        ofName.add(counts);
        counts = ofName;
    }

    /** What this loop has counted of this address. */
    public EndpointCounts counts() {
        return counts;
    }
}
