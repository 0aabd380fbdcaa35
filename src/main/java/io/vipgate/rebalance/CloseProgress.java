package io.vipgate.rebalance;

/**
 * Whether it helps that relays are closed: what the closes of a minute, or more, have brought.
 *
 * <p>Immutable. Times are nanoseconds on one monotonic clock.
 *
 * @param since when its first relay was closed
 * @param before how it was then
 * @param closed relays since
 * @param expected how many of them should be elsewhere now
 */
public record CloseProgress(long since, Marks before, int closed, double expected) {
    /** A judgement is on so much time at least. */
    public static final long WINDOW_NANOS = 60_000_000_000L;
    /** A part of the pool that is more than chance. */
    private static final double ENOUGH = 0.05;
    /** Part of what was expected that must have come. */
    private static final double LEAST = 0.25;

    /**
     * What closes are to change.
     *
     * @param atTakers relays of those who had less than their share
     * @param total relays of the pool
     * @param astray relays away from home; -1 where shares are the aim
     * @param excess relays that are to go
     */
    public record Marks(long atTakers, long total, long astray, long excess) {
        private long gain(Marks before, int closed) {
            return astray < 0
                    ? atTakers - before.atTakers
                    : Math.min(closed - (before.total - total), before.astray - astray);
        }
    }

    /** Nothing is closed yet. */
    public static CloseProgress begin(Marks before, long now) {
        return new CloseProgress(now, before, 0, 0);
    }

    /**
     * After some more closes.
     *
     * @param away part of them that should come back elsewhere
     */
    public CloseProgress plus(int more, double away) {
        return new CloseProgress(since, before, closed + more, expected + more * away);
    }

    /** Whether enough was closed, over time enough, to judge. */
    public boolean isDue(long now) {
        return closed > 0 && now - since >= WINDOW_NANOS
                && expected >= Math.min((double) before.excess, ENOUGH * before.total);
    }

    /** Whether it was in vain: clients do not come back, or come back to where they were. */
    public boolean isVain(Marks now) {
        return now.gain(before, closed) < LEAST * Math.min(expected, (double) before.excess);
    }
}
