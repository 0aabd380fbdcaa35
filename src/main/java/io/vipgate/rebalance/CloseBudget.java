package io.vipgate.rebalance;

import java.util.ArrayDeque;

/**
 * Keeps closes below so many in any second: what was asked of the loops counts until they have said how many they closed, and
 * those for a second from then on.
 *
 * <p>Confined to one thread. Times are nanoseconds on one monotonic clock.
 */
public final class CloseBudget {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final ArrayDeque<Closed> recent = new ArrayDeque<>();
    private int recentSum;
    private int asked;

    private record Closed(long at, int count) {}

    /** Makes one of which nothing is used. */
    public CloseBudget() {}

    /** How many may be closed now. */
    public int left(int perSecond, long now) {
        while (!recent.isEmpty() && now - recent.getFirst().at() > SECOND_NANOS) {
            recentSum -= recent.removeFirst().count();
        }
        return Math.max(0, perSecond - asked - recentSum);
    }

    /** So many are about to be closed. */
    public void onAsked(int count) {
        asked += count;
    }

    /**
     * They are, or some of them.
     *
     * @param count how many had been asked for
     * @param closed how many were closed
     */
    public void onDone(int count, int closed, long now) {
        asked -= count;
        if (closed > 0) {
            recent.addLast(new Closed(now, closed));
            recentSum += closed;
        }
    }
}
