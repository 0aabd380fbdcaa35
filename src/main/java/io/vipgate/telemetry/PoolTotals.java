package io.vipgate.telemetry;

import io.vipgate.counters.EnumCounter;
import io.vipgate.relay.HedgeResult;
import io.vipgate.relay.LoopPool;

/**
 * What happened in a pool before an endpoint was connected.
 *
 * <p>Immutable.
 *
 * @param hedges second connects beside slow ones, by what became of them
 * @param retries attempts that followed failed ones
 * @param retriesRefused attempts that would have, but for the budget
 */
public record PoolTotals(EnumCounter<HedgeResult> hedges, long retries, long retriesRefused) {
    /** Nothing has happened. */
    public static final PoolTotals NOTHING = new PoolTotals(new EnumCounter<>(HedgeResult.class), 0, 0);

    static PoolTotals of(LoopPool pool) {
        return new PoolTotals(pool.counts().hedges().copy(), pool.retries(), pool.counts().retriesRefused());
    }

    /** Both together. */
    public PoolTotals plus(PoolTotals other) {
        return new PoolTotals(hedges.plus(other.hedges), retries + other.retries,
                retriesRefused + other.retriesRefused);
    }
}
