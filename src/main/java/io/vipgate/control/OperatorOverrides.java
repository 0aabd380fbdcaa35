package io.vipgate.control;

import io.vipgate.config.EndpointConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.pool.AdminState;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator has set of a pool's endpoints at run time, and since when.
 *
 * <p>Confined to the control thread, but for {@link #all} and {@link #adminSince}, which any may call.
 */
final class OperatorOverrides {
    private final Map<String, OperatorOverride> byEndpoint = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, Instant> adminSince = Collections.synchronizedMap(new HashMap<>());

    /**
     * Makes them as they were kept over a restart.
     *
     * @param kept by endpoint
     */
    OperatorOverrides(Map<String, OperatorOverride> kept) {
        byEndpoint.putAll(kept);
    }

    /** By endpoint; a live view. */
    Map<String, OperatorOverride> all() {
        return byEndpoint;
    }

    /** Of one endpoint; {@link OperatorOverride#NONE} when nothing was set. */
    OperatorOverride of(String endpoint) {
        return byEndpoint.getOrDefault(endpoint, OperatorOverride.NONE);
    }

    /** When an endpoint's state was last changed; empty when that was before this start, or never. */
    Optional<Instant> adminSince(String endpoint) {
        return Optional.ofNullable(adminSince.get(endpoint));
    }

    /** Takes a configuration into account: a weight that it changes holds again. */
    void reconcileWith(PoolConfig config) {
        byEndpoint.replaceAll((endpoint, override) -> {
            EndpointConfig configured = config.endpoints().get(endpoint);
            return configured == null ? override : override.reconciledWith(configured.weight());
        });
    }

    /** Takes what was kept of endpoints that the operator has set nothing of. */
    void restore(Map<String, OperatorOverride> kept) {
        kept.forEach(byEndpoint::putIfAbsent);
    }

    /** Makes them as they were. */
    void takeBack(Map<String, OperatorOverride> before) {
        byEndpoint.keySet().retainAll(before.keySet());
        byEndpoint.putAll(before);
    }

    /**
     * Sets an endpoint's state.
     *
     * @return its state before
     */
    AdminState toAdmin(String endpoint, AdminState admin) {
        OperatorOverride before = of(endpoint);
        byEndpoint.put(endpoint, before.toAdmin(admin));
        if (before.admin() != admin) {
            adminSince.put(endpoint, Instant.now());
        }
        return before.admin();
    }

    /**
     * Sets an endpoint's weight.
     *
     * @param configured what the configuration says now
     */
    void toWeight(String endpoint, int weight, int configured) {
        byEndpoint.put(endpoint, of(endpoint).toWeight(weight, configured));
    }
}
