/**
 * Pools and listeners over time: what a configuration, an operator, the probes and name look-ups make of them.
 *
 * <p>Main types: {@link io.vipgate.control.PoolRegistry} with a {@link io.vipgate.control.ManagedPool} for each pool,
 * {@link io.vipgate.control.ListenerRegistry}, {@link io.vipgate.control.OperatorActions},
 * {@link io.vipgate.control.ControlThread} (the one thread on which they change). May depend on {@code loops},
 * {@code relay}, {@code probe}, {@code pinning}, {@code balance}, {@code config} and what these depend on.
 */
@NullMarked
package io.vipgate.control;

import org.jspecify.annotations.NullMarked;
