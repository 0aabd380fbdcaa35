/**
 * What scrapers are told: the gateway's own numbers, and those of the JVM and the process.
 *
 * <p>Main types: {@link io.vipgate.metrics.GatewayMetrics} (the registry, and the page that is scraped),
 * {@link io.vipgate.metrics.GatewayStats} (the gateway's numbers at one moment), {@code GatewayCollector} (their names,
 * labels and help). The only package that knows Micrometer and the Prometheus client. Nothing in a registry is touched for
 * a connection: numbers are read when somebody asks for them. Labels come from the configuration, never from a client.
 * May depend on {@code admin}, {@code relay}, {@code probe}, {@code pinning}, {@code neighbour}, {@code pool} and
 * {@code counters}.
 */
@NullMarked
package io.vipgate.metrics;

import org.jspecify.annotations.NullMarked;
