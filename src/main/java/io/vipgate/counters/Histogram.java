package io.vipgate.counters;

/**
 * How long things took: a count for each bucket, and the sum. Recording allocates nothing: it is one look through some
 * fifteen bounds and two additions.
 *
 * <p>The sum is a double: nanoseconds in a long would overflow after ten days of ten thousand relays.
 *
 * <p>Confined to the thread that records; a copy belongs to whoever has it.
 */
public final class Histogram {
    private static final double SECONDS_PER_NANO = 1e-9;

    private final BucketBounds bounds;
    private final long[] counts;
    private double sum;

    /** Makes a histogram of nothing. */
    public Histogram(BucketBounds bounds) {
        this.bounds = bounds;
        counts = new long[bounds.buckets()];
    }

    /**
     * Counts one.
     *
     * @param nanos how long it took; less than nothing counts as nothing
     */
    public void record(long nanos) {
        long time = Math.max(0, nanos);
        counts[bounds.indexOf(time)]++;
        sum += time * SECONDS_PER_NANO;
    }

    /** Adds all that another with the same bounds has counted. */
    public void add(Histogram other) {
        assert bounds == other.bounds : "buckets of different bounds";
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        sum += other.sum;
    }

    /** The bounds of its buckets. */
    public BucketBounds bounds() {
        return bounds;
    }

    /** What was counted in each bucket, not cumulated; the last one has no bound. */
    public long[] counts() {
        return counts.clone();
    }

    /** How many were counted. */
    public long count() {
        long all = 0;
        for (long count : counts) {
            all += count;
        }
        return all;
    }

    /** The sum of all times, in seconds. */
    public double sumSeconds() {
        return sum;
    }
}
