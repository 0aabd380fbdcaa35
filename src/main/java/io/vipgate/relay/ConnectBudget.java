package io.vipgate.relay;

import java.util.OptionalLong;

/**
 * How many connects of one kind, hedges or retries, a pool may begin: a share of the clients of the last ten seconds, and
 * {@link #LEAST} at least; without a bound where the share is 1. Shared by all loops, and touched only when such a connect is wanted.
 *
 * <p>Thread-safe.
 */
public final class ConnectBudget {
    /** So many are granted in ten seconds, however few clients there are. */
    public static final int LEAST = 3;
    /** How far back clients and connects are counted. */
    public static final int SECONDS = 10;

    private static final long SECOND_NANOS = 1_000_000_000L;

    private volatile double share;
    private volatile long clients;
    /** By the second in which they were granted, modulo {@link #SECONDS}. */
    private final int[] granted = new int[SECONDS];
    private long newest = Long.MIN_VALUE;

    /**
     * Makes a budget of which nothing is used.
     *
     * @param share of the clients, above 0 and up to 1
     */
    public ConnectBudget(double share) {
        this.share = share;
    }

    /** Grants another share from now on. */
    public void share(double newShare) {
        share = newShare;
    }

    /** Clients that came within the last ten seconds. */
    public void clients(long lately) {
        clients = lately;
    }

    /** How many are granted in ten seconds, as things are; empty without a bound. */
    public OptionalLong most() {
        double part = share;
        return part >= 1 ? OptionalLong.empty() : OptionalLong.of(Math.max(LEAST, (long) (part * clients)));
    }

    /**
     * Whether it is used up.
     *
     * @param now monotonic time in nanoseconds
     */
    public boolean isUsedUp(long now) {
        OptionalLong bound = most();
        return bound.isPresent() && used(now) >= bound.getAsLong();
    }

    /**
     * How many were granted in the last ten seconds.
     *
     * @param now monotonic time in nanoseconds
     */
    public synchronized int used(long now) {
        advance(now);
        int sum = 0;
        for (int each : granted) {
            sum += each;
        }
        return sum;
    }

    /**
     * Grants one more, unless the budget is used up.
     *
     * @param now monotonic time in nanoseconds
     */
    synchronized boolean tryTake(long now) {
        if (isUsedUp(now)) {
            return false;
        }
        advance(now);
        granted[(int) Math.floorMod(newest, (long) SECONDS)]++;
        return true;
    }

    /** Loops' clocks differ by less than a turn: what comes late counts as the newest second's. */
    private void advance(long now) {
        long second = Math.floorDiv(now, SECOND_NANOS);
        if (newest == Long.MIN_VALUE) {
            newest = second;
        }
        for (int i = 0; newest < second && i < SECONDS; i++) {
            newest++;
            granted[(int) Math.floorMod(newest, (long) SECONDS)] = 0;
        }
        newest = Math.max(newest, second);
    }
}
