/**
 * The event loops as a set, and what each of them has of the gateway.
 *
 * <p>Main types: {@link io.vipgate.loops.EventLoopSet} (asks or tells every loop),
 * {@link io.vipgate.loops.LoopContext} (one loop's relays, pools, listeners and sockets),
 * {@link io.vipgate.loops.LoopCountsReader} (what the loops have counted), {@link io.vipgate.loops.LoopHeartbeat} (whether
 * they still turn). May depend on {@code relay}, {@code eventloop}, {@code accesslog} and {@code config}.
 */
@NullMarked
package io.vipgate.loops;

import org.jspecify.annotations.NullMarked;
