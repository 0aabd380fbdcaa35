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
public record PinNumbers(long present, long evictions, long moves) {
    /** Of a pool that has not pinned yet. */
    public static final PinNumbers NONE = new PinNumbers(0, 0, 0);

    /** The pins of a table that came after the ones counted here. */
    public PinNumbers plus(PinTable next) {
        return new PinNumbers(next.size(), evictions + next.evictions(), moves + next.moves());
    }
}
