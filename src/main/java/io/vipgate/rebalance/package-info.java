/**
 * How the open relays of a pool are spread and how they should be, and when some of them are closed so that their clients come
 * back elsewhere. Values and sums alone: who closes what is in {@code control} and {@code relay}.
 *
 * <p>Begin at {@link io.vipgate.rebalance.RelayShares}. May depend on {@code pool} and {@code config}.
 */
@NullMarked
package io.vipgate.rebalance;

import org.jspecify.annotations.NullMarked;
