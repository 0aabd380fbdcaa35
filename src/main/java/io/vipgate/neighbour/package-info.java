/**
 * Co-location: whether one machine answers for several endpoints of a pool, as after a failover of virtual addresses.
 *
 * <p>Main types: {@link io.vipgate.neighbour.CoLocationWatch} (looks now and then, and logs what changes),
 * {@link io.vipgate.neighbour.CoLocation} (what it has seen of a pool),
 * {@link io.vipgate.neighbour.NeighbourTable} (the kernel's, by netlink). Changes nothing in who is chosen. May depend on
 * {@code linux} and {@code pool}.
 */
@NullMarked
package io.vipgate.neighbour;

import org.jspecify.annotations.NullMarked;
