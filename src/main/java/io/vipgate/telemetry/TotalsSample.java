package io.vipgate.telemetry;

import io.vipgate.pool.Endpoint;
import java.util.Map;

/**
 * All counters at one moment.
 *
 * <p>Immutable.
 *
 * @param at in nanoseconds of the monotonic clock
 */
public record TotalsSample(long at, Map<Endpoint, EndpointTotals> endpoints, Map<String, ListenerTotals> listeners) {
    public EndpointTotals of(Endpoint endpoint) {
        return endpoints.getOrDefault(endpoint, EndpointTotals.NOTHING);
    }

    public ListenerTotals of(String listener) {
        return listeners.getOrDefault(listener, ListenerTotals.NOTHING);
    }
}
