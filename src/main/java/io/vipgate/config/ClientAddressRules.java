package io.vipgate.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must hold where endpoints are connected to from clients' addresses. <b>Confined to one load.</b> */
final class ClientAddressRules {
    private final GatewayConfig config;
    private final Written written;
    private final Problems problems;

    ClientAddressRules(GatewayConfig config, Written written, Problems problems) {
        this.config = config;
        this.written = written;
        this.problems = problems;
    }

    void check() {
        config.pools().forEach((name, pool) -> {
            KeyPath at = ConfigRules.POOLS.child(name).child("clientAddress");
            if (pool.clientAddress() != ClientAddressMode.NONE && !problems.touches(at)) {
                source(pool, at);
                loopback(pool, at);
                families(name, pool, at);
            }
        });
    }

    private static String mode(PoolConfig pool) {
        return ScalarTypes.of(ClientAddressMode.class).write(pool.clientAddress());
    }

    private void source(PoolConfig pool, KeyPath at) {
        if (!pool.source().isEmpty()) {
            problems.error(written.line(at), at,
                    mode(pool) + " (expected: none beside source; connections come from the "
                            + "client's address or from one of source, so leave one of the two keys out)");
        }
    }

    private void loopback(PoolConfig pool, KeyPath at) {
        pool.endpoints().entrySet().stream()
                .filter(endpoint -> endpoint.getValue().address().literal().filter(InetAddress::isLoopbackAddress)
                        .isPresent())
                .findFirst()
                .ifPresent(endpoint -> problems.warn(written.line(at), at, mode(pool) + ": endpoint "
                        + endpoint.getKey()
                        + " is on this machine, which sends its answers to clients' addresses straight "
                        + "to the clients, so connections to it time out"));
    }

    /** Clients that a listener can't have in the family of any endpoint; whom a PROXY header conveys can't be told. */
    private void families(String name, PoolConfig pool, KeyPath at) {
        List<EndpointAddress> endpoints = pool.endpoints().values().stream().map(EndpointConfig::address).toList();
        if (endpoints.stream().anyMatch(address -> address.literal().isEmpty())) {
            return;
        }
        Set<Boolean> ofEndpoints = endpoints.stream()
                .map(address -> address.literal().orElseThrow() instanceof Inet4Address).collect(Collectors.toSet());
        for (Map.Entry<String, ListenerConfig> listener : config.listeners().entrySet()) {
            if (listener.getValue().acceptProxy().isEmpty() && pools(listener.getValue()).anyMatch(name::equals)) {
                families(listener.getValue()).filter(family -> !ofEndpoints.contains(family)).findFirst()
                        .ifPresent(isIpv4 -> problems.warn(written.line(at), at,
                                mode(pool) + ": clients of listener " + listener.getKey() + " come by "
                                        + (isIpv4
                                                ? "IPv4, and no endpoint has an IPv4 address"
                                                : "IPv6, and no endpoint has "
                                                        + "an IPv6 address")
                                        + (pool.clientAddress() == ClientAddressMode.REQUIRE
                                                ? "; they are refused"
                                                : "; the gateway's own address is used for them")));
            }
        }
    }

    private static Stream<String> pools(ListenerConfig listener) {
        return Stream.concat(Stream.of(listener.pool()), listener.tls().stream()
                .flatMap(tls -> Stream.concat(tls.names().values().stream(), tls.alpn().values().stream())));
    }

    /** The families of the addresses that it binds, IPv4 is true; one without an address may have clients of both, or not. */
    private static Stream<Boolean> families(ListenerConfig listener) {
        return listener.bind().stream().flatMap(bind -> bind.address().stream())
                .map(address -> address instanceof Inet4Address).distinct();
    }
}
