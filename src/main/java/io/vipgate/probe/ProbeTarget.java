package io.vipgate.probe;

import java.net.InetSocketAddress;

/**
 * Whom a probe checks.
 *
 * <p>Immutable.
 *
 * @param pool name of the pool
 * @param endpoint name of the endpoint
 * @param address where to connect, resolved, with the port to probe
 */
public record ProbeTarget(String pool, String endpoint, InetSocketAddress address) {}
