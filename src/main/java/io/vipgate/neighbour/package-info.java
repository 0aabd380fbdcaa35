/**
 * What the kernel's tables say of the machines around: whether one machine answers for several endpoints of a pool, as after a
 * failover of virtual addresses (co-location), and whether endpoints' replies to clients' addresses are taken here.
 *
 * <p>Main types: {@link io.vipgate.neighbour.CoLocationWatch} (looks now and then, and logs what changes),
 * {@link io.vipgate.neighbour.CoLocation} (what it has seen of a pool),
 * {@link io.vipgate.neighbour.NeighbourTable} and {@link io.vipgate.neighbour.ReplyRoutes} (the kernel's, by netlink). Changes
 * nothing in who is chosen. May depend on {@code linux}, {@code pool} and {@code text}.
 */
@NullMarked
package io.vipgate.neighbour;

import org.jspecify.annotations.NullMarked;
