package io.vipgate.counters;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Upper bounds of a histogram's buckets, inclusive, in ascending order; beyond the last there is one bucket without a bound.
 *
 * <p>Immutable.
 */
public final class BucketBounds {
    /** From 0.1 ms to 5 s in steps of 2 to 2.5, for what a network's round trips take: connects and probes. */
    public static final BucketBounds ROUND_TRIPS = new BucketBounds(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
            0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5);
    /** From 1 ms to a day in steps of 2 to 10: from one short request to a connection that is kept open. */
    public static final BucketBounds LIFETIMES = new BucketBounds(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300,
            1_800, 3_600, 21_600, 86_400);

    private static final double NANOS_PER_SECOND = 1e9;

    private final double[] seconds;
    private final long[] nanos;

    /**
     * Takes bounds over.
     *
     * @param seconds ascending
     */
    BucketBounds(double... seconds) {
        this.seconds = seconds.clone();
        nanos = DoubleStream.of(seconds).mapToLong(bound -> Math.round(bound * NANOS_PER_SECOND)).toArray();
        for (int i = 1; i < nanos.length; i++) {
            if (nanos[i] <= nanos[i - 1]) {
                throw new IllegalArgumentException(Arrays.toString(seconds) + " (expected: ascending bounds)");
            }
        }
    }

    /** How many buckets there are, the one without a bound included. */
    public int buckets() {
        return nanos.length + 1;
    }

    /** The bounds in seconds, without the one that is none. */
    public double[] seconds() {
        return seconds.clone();
    }

    /** The number of the bucket that a time belongs to. From the shortest on: most times are short. */
    int indexOf(long time) {
        int index = 0;
        while (index < nanos.length && time > nanos[index]) {
            index++;
        }
        return index;
    }
}
