package io.vipgate.metrics;

import io.vipgate.pinning.PinTable;

/**
 * What was counted of a pool's pins.
 *
 * <p>Immutable.
 *
 * @param present pins now
 * @param evictions pins that had to go because the table was full
 * @param moves pins that were moved to another endpoint
 */
public record PinStats(long present, long evictions, long moves) {
    /** Of a pool that has not pinned yet. */
    public static final PinStats NONE = new PinStats(0, 0, 0);

    /** The pins of a table that came after the ones counted here. */
    public PinStats plus(PinTable next) {
        return new PinStats(next.size(), evictions + next.evictions(), moves + next.moves());
    }
}
