package io.vipgate.control;

import io.vipgate.counters.BucketBounds;
import io.vipgate.counters.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How long a pool's connects took lately, as a histogram whose counts fade: what was a minute ago weighs half.
 *
 * <p>Confined to whoever samples.
 */
final class RecentConnectTimes {
    /** Of one second. */
    private static final double FADING = Math.pow(0.5, 1.0 / 60);
    /** Fewer connects tell nothing. */
    private static final double ENOUGH = 50;
    private static final double NANOS_PER_SECOND = 1e9;

    private final double[] seconds = BucketBounds.ROUND_TRIPS.seconds();
    private final double[] recent = new double[BucketBounds.ROUND_TRIPS.buckets()];
    /** Null before the first sample, which tells nothing of what came lately. */
    private long @Nullable [] last;

    /**
     * A second has passed.
     *
     * @param all every connect since the start
     */
    void add(Histogram all) {
        long[] counts = all.counts();
        long[] before = last == null ? counts : last;
        for (int i = 0; i < recent.length; i++) {
            // Fewer than before: an endpoint is gone, and its counts with it.
            recent[i] = recent[i] * FADING + Math.max(0, counts[i] - before[i]);
        }
        last = counts;
    }

    /**
     * A time that such a share of the connects did not exceed, in nanoseconds; within a bucket, connects are taken to be
     * spread evenly.
     *
     * @return {@link Long#MAX_VALUE} when too few are known, or when it lies beyond the last bound
     */
    long quantile(double share) {
        double sum = 0;
        for (double each : recent) {
            sum += each;
        }
        if (sum < ENOUGH) {
            return Long.MAX_VALUE;
        }
        double rank = sum * share;
        for (int i = 0; i < seconds.length; i++) {
            if (recent[i] > 0 && rank <= recent[i]) {
                double from = i == 0 ? 0 : seconds[i - 1];
                return Math.round((from + (seconds[i] - from) * rank / recent[i]) * NANOS_PER_SECOND);
            }
            rank -= recent[i];
        }
        return Long.MAX_VALUE;
    }
}
