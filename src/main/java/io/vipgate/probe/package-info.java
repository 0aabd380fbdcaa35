/**
 * Active checks of endpoints, and what their results make of an endpoint's health.
 *
 * <p>Main types: {@link io.vipgate.probe.Probe} (one kind of check), {@link io.vipgate.probe.Probes} (which kind a pool
 * asks for), {@link io.vipgate.probe.ProbeResult}, {@code HealthState} (rise, fall and damping as a value), {@code HealthMonitor} (when to probe whom). Probes
 * block virtual threads, never an event loop. May depend on {@code pool}, {@code config},
 * {@code counters} and {@code text}.
 */
@NullMarked
package io.vipgate.probe;

import org.jspecify.annotations.NullMarked;
