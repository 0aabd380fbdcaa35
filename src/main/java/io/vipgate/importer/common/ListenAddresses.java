package io.vipgate.importer.common;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The addresses that the listeners bind: no two may be the same, and no endpoint may be one of them. A wildcard may stand beside
 * single addresses, whose clients the kernel gives to their own listeners.
 *
 * <p>Confined to one import.
 */
final class ListenAddresses {
    private static final InetAddress ANY_IPV4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ANY_IPV6 = InetAddress.ofLiteral("::");

    private final Map<Integer, Map<Optional<InetAddress>, HostPort>> byPort = new HashMap<>();

    /** Adds the address; if it overlaps another, returns that one instead. */
    Optional<HostPort> add(HostPort bind) {
        Optional<HostPort> overlap = overlap(bind);
        if (overlap.isEmpty()) {
            byPort.computeIfAbsent(bind.port(), _ -> new HashMap<>()).put(bind.literal(), bind);
        }
        return overlap;
    }

    private Optional<HostPort> overlap(HostPort bind) {
        Map<Optional<InetAddress>, HostPort> others = byPort.getOrDefault(bind.port(), Map.of());
        if (!bind.isWildcard()) {
            return Optional.ofNullable(others.get(bind.literal()));
        }
        return others.values().stream().filter(HostPort::isWildcard).filter(other -> bind.host().isEmpty()
                || other.host().isEmpty() || bind.isIpv6() == other.isIpv6()).findFirst();
    }

    /** The listener that connections to the endpoint would come back to. */
    Optional<HostPort> listenerReachedBy(HostPort endpoint) {
        if (endpoint.literal().isEmpty()) {
            return Optional.empty();
        }
        boolean isLoopback = endpoint.literal().filter(InetAddress::isLoopbackAddress).isPresent();
        Map<Optional<InetAddress>, HostPort> binds = byPort.getOrDefault(endpoint.port(), Map.of());
        Optional<InetAddress> family = endpoint.literal().map(each -> each instanceof Inet4Address
                ? ANY_IPV4
                : ANY_IPV6);
        return Stream.of(endpoint.literal(), family, Optional.<InetAddress>empty()).map(binds::get)
                .filter(Objects::nonNull).filter(bind -> !bind.isWildcard() || isLoopback).findFirst();
    }
}
