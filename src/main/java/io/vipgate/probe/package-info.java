/**
 * Active checks of endpoints, and what their results make of an endpoint's health.
 *
 * <p>Main types: {@link io.vipgate.probe.Probe} (one kind of check), {@link io.vipgate.probe.Probes} (which kind a pool
 * asks for), {@link io.vipgate.probe.ProbeResult}, {@code HealthState} (rise, fall and damping as a value), {@code HealthMonitor} (when to probe whom),
 * {@link io.vipgate.probe.ProbeLoop} (where probes run). What has to wait does so on virtual threads. May depend on
 * {@code eventloop}, {@code linux}, {@code proxyprotocol}, {@code pool}, {@code config}, {@code counters} and
 * {@code text}.
 */
@NullMarked
package io.vipgate.probe;

import org.jspecify.annotations.NullMarked;
