package io.vipgate.relay;

import io.vipgate.linux.CongestionControl;
import io.vipgate.linux.NativeSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the relays of one pool are made and bounded.
 *
 * <p>Immutable. Times are nanoseconds; 0 means no bound, save for the connect timeout.
 *
 * @param connectTimeoutNanos bound on one attempt, above 0
 * @param attempts how many endpoints are tried; 0 for as many as the pool has, up to 3
 * @param idleNanos silence that ends a relay
 * @param halfClosedNanos silence that ends a relay one of whose directions has ended
 * @param lifetimeNanos age that ends a relay
 * @param lifetimeJitter share of the lifetime that chance may take off, 0 to 1
 * @param keepAlive of both sides
 * @param clientUserTimeoutNanos how long a client may leave bytes unacknowledged, 0 for the kernel's own timeout
 * @param endpointUserTimeoutNanos the same of an endpoint
 * @param header tells the endpoint of the client
 * @param sources local addresses to connect from, in order of preference; empty for the kernel's choice
 * @param buffers of endpoints' connections
 * @param congestion of endpoints' connections; null for the system's
 */
public record RelaySettings(long connectTimeoutNanos, int attempts, long idleNanos, long halfClosedNanos,
        long lifetimeNanos, double lifetimeJitter, KeepAlive keepAlive, long clientUserTimeoutNanos,
        long endpointUserTimeoutNanos, HeaderSettings header, List<NativeSocketAddress> sources,
        BufferBounds buffers, @Nullable CongestionControl congestion) {
    /**
     * TCP keepalive.
     *
     * @param idleSeconds silence before the first probe
     * @param intervalSeconds between probes
     * @param count unanswered probes that end the connection
     */
    public record KeepAlive(int idleSeconds, int intervalSeconds, int count) {}

    /** Copies the list. */
    public RelaySettings {
        sources = List.copyOf(sources);
    }
}
