/**
 * Sockets, pipes, timers and event loops: the only package that knows Netty, and the only one that calls the kernel.
 *
 * <p>Main types: {@link io.vipgate.net.EventLoop} (what the data path sees of a loop),
 * {@link io.vipgate.net.SystemCalls} (what it sees of the kernel), {@link io.vipgate.net.Wheel} (coarse timers),
 * {@link io.vipgate.net.PipePool}, {@link io.vipgate.net.TailPool}, {@link io.vipgate.net.NeighbourTable}. The two interfaces can be faked, so that relay logic
 * is tested without a socket. May depend on the JDK, Netty and SLF4J; on no other package of the project.
 */
@NullMarked
package io.vipgate.net;

import org.jspecify.annotations.NullMarked;
