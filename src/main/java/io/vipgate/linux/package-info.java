/**
 * The kernel as the gateway sees it: system calls, sockets, pipes, limits and counters.
 *
 * <p>Main types: {@link io.vipgate.linux.SystemCalls} (what the data path sees of the kernel; it can be faked, so that relay
 * logic is tested without a socket), {@link io.vipgate.linux.ListenSocket}, {@link io.vipgate.linux.PipePool},
 * {@link io.vipgate.linux.PendingBufferPool}, {@link io.vipgate.linux.FdBudget}. May depend on the JDK and SLF4J; on no other package of
 * the project.
 */
@NullMarked
package io.vipgate.linux;

import org.jspecify.annotations.NullMarked;
