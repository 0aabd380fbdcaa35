/**
 * The data path: accepts clients, connects them to endpoints, and moves bytes between the two until both are done.
 *
 * <p>Main types: {@link io.vipgate.relay.Relay} (one connection's life, with its diagram),
 * {@link io.vipgate.relay.Acceptor}, {@link io.vipgate.relay.Flow} (one direction) with its two pumps,
 * {@link io.vipgate.relay.RelayLoop} (what the relays of one event loop share),
 * {@link io.vipgate.relay.RelayObserver}. Everything runs on the event loop that accepted the client and reads immutable
 * snapshots; nothing takes a lock. {@link io.vipgate.relay.LoopCounts} is
 * what metrics read of it. May depend on {@code linux}, {@code eventloop}, {@code pool}, {@code balance}, {@code pinning} and {@code counters}; never on Netty.
 */
@NullMarked
package io.vipgate.relay;

import org.jspecify.annotations.NullMarked;
