package io.vipgate.relay;

import io.vipgate.counters.BucketBounds;
import io.vipgate.counters.EnumCounter;
import io.vipgate.counters.Histogram;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * What was counted of an endpoint, over all addresses that its name has and had: an address may go, its share of a count
 * must not.
 *
 * <p>Confined to its event loop; a copy belongs to whoever has it.
 */
public final class EndpointCounts {
    private final EnumCounter<ConnectFailure> connectFailures = new EnumCounter<>(ConnectFailure.class);
    private final EnumCounter<CloseReason> closed = new EnumCounter<>(CloseReason.class);
    private final Histogram connectTimes = new Histogram(BucketBounds.ROUND_TRIPS);
    private final Map<String, Traffic> traffic = new HashMap<>();
    private long connected;

    /** Makes counts of nothing. */
    public EndpointCounts() {}

    void onConnected(long nanos) {
        connected++;
        connectTimes.record(nanos);
    }

    void onConnectFailed(ConnectFailure failure) {
        connectFailures.add(failure);
    }

    void onClosed(CloseReason reason) {
        closed.add(reason);
    }

    /** Where the bytes of a listener's relays are counted. */
    Traffic traffic(String listener) {
        return traffic.computeIfAbsent(listener, _ -> new Traffic());
    }

    void add(EndpointCounts other) {
        connected += other.connected;
        connectFailures.add(other.connectFailures);
        closed.add(other.closed);
        connectTimes.add(other.connectTimes);
        other.traffic.forEach((listener, bytes) -> traffic(listener).add(bytes));
    }

    /** Connections that were made. */
    public long connected() {
        return connected;
    }

    /** Attempts that failed. */
    public EnumCounter<ConnectFailure> connectFailures() {
        return connectFailures;
    }

    /** Relays that ended here, or with an attempt that failed here. */
    public EnumCounter<CloseReason> closed() {
        return closed;
    }

    /** How long it took to connect, where that succeeded. */
    public Histogram connectTimes() {
        return connectTimes;
    }

    /** Bytes by the listener that the clients came through. */
    public Map<String, Traffic> traffic() {
        return Collections.unmodifiableMap(traffic);
    }
}
