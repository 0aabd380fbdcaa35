/**
 * Who may come in, and how much of it: lists of networks, blocks that expire, and limits per source.
 *
 * <p>Main types: {@link io.vipgate.access.AccessList} (who may come in), {@link io.vipgate.access.SourceLimits} (how many
 * connections of one source), {@link io.vipgate.access.Blocks} (who is turned away for a time),
 * {@link io.vipgate.access.PrefixTable} (the network that decides about an address). May depend on
 * {@code linux}, {@code text} and {@code hash}.
 */
@NullMarked
package io.vipgate.access;

import org.jspecify.annotations.NullMarked;
