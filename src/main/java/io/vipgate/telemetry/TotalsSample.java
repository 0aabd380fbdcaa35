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
public record TotalsSample(long at, Map<Endpoint, EndpointTotals> endpoints, Map<String, ListenerTotals> listeners,
        Map<String, PoolTotals> pools) {
    /** Those of an endpoint; zeros when it had none. */
    public EndpointTotals of(Endpoint endpoint) {
        return endpoints.getOrDefault(endpoint, EndpointTotals.NOTHING);
    }

    /** Those of a listener; zeros when it had none. */
    public ListenerTotals of(String listener) {
        return listeners.getOrDefault(listener, ListenerTotals.NOTHING);
    }

    /** Those of a pool; zeros when it had none. */
    public PoolTotals ofPool(String pool) {
        return pools.getOrDefault(pool, PoolTotals.NOTHING);
    }
}
