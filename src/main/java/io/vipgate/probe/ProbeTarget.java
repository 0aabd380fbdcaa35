package io.vipgate.probe;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Whom a probe checks.
 *
 * <p>Immutable.
 *
 * @param pool name of the pool
 * @param endpoint name of the endpoint
 * @param address where to connect, resolved, with the port to probe
 * @param host the name that the configuration gives the endpoint by; empty when it gives an address
 * @param isOwnPort whether the port is the one that relays connect to
 */
public record ProbeTarget(String pool, String endpoint, InetSocketAddress address, Optional<String> host,
        boolean isOwnPort) {}
