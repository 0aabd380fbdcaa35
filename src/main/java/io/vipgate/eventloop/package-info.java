/**
 * Event loops on epoll, and their coarse timers: the only package that knows Netty.
 *
 * <p>Main types: {@link io.vipgate.eventloop.EventLoop} (what the data path sees of a loop; it can be faked, so that relay
 * logic is tested without a socket), {@link io.vipgate.eventloop.EventLoops} (starts and ends them),
 * {@link io.vipgate.eventloop.Wheel} (timers). May depend on {@code linux}.
 */
@NullMarked
package io.vipgate.eventloop;

import org.jspecify.annotations.NullMarked;
