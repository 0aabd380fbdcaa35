package io.vipgate.relay;

import io.vipgate.counters.BucketBounds;
import io.vipgate.counters.EnumCounter;
import io.vipgate.counters.Histogram;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * What was counted of an endpoint: of one address, or the sum of all addresses that a name has and had.
 *
 * <p>Confined to its event loop; a copy belongs to whoever has it.
 */
public final class EndpointCounts {
    private final EnumCounter<ConnectFailure> connectFailures = new EnumCounter<>(ConnectFailure.class);
    private final EnumCounter<CloseReason> closed = new EnumCounter<>(CloseReason.class);
    private final Histogram connectTimes = new Histogram(BucketBounds.ROUND_TRIPS);
    private final Map<String, Traffic> traffic = new HashMap<>();

    /** Makes counts of nothing. */
    public EndpointCounts() {}

    void onConnected(long nanos) {
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
        connectFailures.add(other.connectFailures);
        closed.add(other.closed);
        connectTimes.add(other.connectTimes);
        other.traffic.forEach((listener, bytes) -> traffic(listener).add(bytes));
    }

    /** Connections that were made. */
    public long connected() {
        return connectTimes.count();
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

    /** Bytes delivered to the endpoint, through all listeners. */
    public long toBackend() {
        return traffic.values().stream().mapToLong(Traffic::toBackend).sum();
    }

    /** Bytes delivered to clients, through all listeners. */
    public long toClient() {
        return traffic.values().stream().mapToLong(Traffic::toClient).sum();
    }

    /** Bytes by the listener that the clients came through. */
    public Map<String, Traffic> traffic() {
        return Collections.unmodifiableMap(traffic);
    }
}
