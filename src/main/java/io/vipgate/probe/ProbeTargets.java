package io.vipgate.probe;

import io.vipgate.config.EndpointAddress;
import io.vipgate.config.PoolConfig;
import io.vipgate.pool.Endpoint;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which target each endpoint of a pool is to its probe.
 *
 * <p>Immutable.
 *
 * @param port to probe; empty for the endpoint's own
 * @param unprobed the endpoints that are not probed, by name: they count as UP
 * @param hosts the names that endpoints are given by, by endpoint; those given by address are missing
 */
public record ProbeTargets(Optional<Integer> port, Set<String> unprobed, Map<String, String> hosts) {
    /** Every endpoint at its own port, by address. */
    public static final ProbeTargets PLAIN = new ProbeTargets(Optional.empty(), Set.of(), Map.of());

    /** As the configuration says. */
    public static ProbeTargets of(PoolConfig pool) {
        Set<String> unprobed = pool.endpoints().entrySet().stream().filter(entry -> !entry.getValue().probe())
                .map(Map.Entry::getKey).collect(Collectors.toUnmodifiableSet());
        return new ProbeTargets(pool.probe().port(), unprobed, pool.endpoints().entrySet().stream()
                .filter(entry -> entry.getValue().address().literal().isEmpty())
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> host(entry.getValue().address()))));
    }

    /** A dot at the end says that a name is whole, to a name server alone: no server calls itself so. */
    private static String host(EndpointAddress address) {
        String host = address.host();
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    boolean isProbed(Endpoint endpoint) {
        return !unprobed.contains(endpoint.name());
    }

    ProbeTarget of(String pool, Endpoint endpoint) {
        InetSocketAddress own = endpoint.address();
        int probed = port.orElse(own.getPort());
        return new ProbeTarget(pool, endpoint.label(), new InetSocketAddress(own.getAddress(), probed),
                Optional.ofNullable(hosts.get(endpoint.name())), probed == own.getPort());
    }
}
