/**
 * The kernel as the gateway sees it: system calls, sockets, pipes, limits and counters.
 *
 * <p>Main types: {@link io.vipgate.net.SystemCalls} (what the data path sees of the kernel; it can be faked, so that relay
 * logic is tested without a socket), {@link io.vipgate.net.ListenSocket}, {@link io.vipgate.net.PipePool},
 * {@link io.vipgate.net.TailPool}, {@link io.vipgate.net.FdBudget}. May depend on the JDK and SLF4J; on no other package of
 * the project.
 */
@NullMarked
package io.vipgate.net;

import org.jspecify.annotations.NullMarked;
