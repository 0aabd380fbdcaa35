package io.vipgate.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HistogramTest {
    private static final long MILLI = 1_000_000;

    @Test
    void aBoundIsInclusive() {
        Histogram times = new Histogram(new BucketBounds(0.001, 0.01));

        times.record(0);
        times.record(MILLI);
        times.record(MILLI + 1);
        times.record(10 * MILLI);
        times.record(10 * MILLI + 1);
        times.record(Long.MAX_VALUE);

        assertThat(times.counts()).containsExactly(2, 2, 2);
        assertThat(times.count()).isEqualTo(6);
    }

    @Test
    void aClockThatStandsStillOrGoesBackCountsAsNothing() {
        Histogram times = new Histogram(BucketBounds.ROUND_TRIPS);

        times.record(-5);

        assertThat(times.counts()[0]).isEqualTo(1);
        assertThat(times.sumSeconds()).isZero();
    }

    @Test
    void everyTimeIsInTheFirstBucketWhoseBoundItDoesNotExceed() {
        SplittableRandom random = new SplittableRandom(7);
        for (BucketBounds bounds : new BucketBounds[]{BucketBounds.ROUND_TRIPS, BucketBounds.LIFETIMES}) {
            double[] seconds = bounds.seconds();
            for (int i = 0; i < 10_000; i++) {
                long nanos = (long) Math.exp(random.nextDouble(Math.log(1e15)));
                int index = bounds.indexOf(nanos);

                assertThat(index == seconds.length || nanos <= seconds[index] * 1e9 + 1).as("%d ns", nanos).isTrue();
                assertThat(index == 0 || nanos > seconds[index - 1] * 1e9 - 1).as("%d ns", nanos).isTrue();
            }
        }
    }

    @Test
    void theSumOfTwoHasAllThatWasCounted() {
        Histogram one = new Histogram(BucketBounds.LIFETIMES);
        Histogram other = new Histogram(BucketBounds.LIFETIMES);
        one.record(3 * MILLI);
        other.record(4 * MILLI);
        other.record(90_000_000 * MILLI);

        one.add(other);

        assertThat(one.count()).isEqualTo(3);
        assertThat(one.sumSeconds()).isCloseTo(90_000.007, within(1e-9));
        assertThat(one.counts()[BucketBounds.LIFETIMES.buckets() - 1]).isEqualTo(1);
        assertThat(other.count()).as("the other is as it was").isEqualTo(2);
    }

    @Test
    void tenThousandRelaysOfADayEachForAYearDoNotOverflowTheSum() {
        Histogram times = new Histogram(BucketBounds.LIFETIMES);
        long day = 86_400_000 * MILLI;
        for (int i = 0; i < 3_650_000; i++) {
            times.record(day);
        }

        assertThat(times.sumSeconds()).isCloseTo(3_650_000.0 * 86_400, within(1.0));
    }

    @Test
    void boundsAscend() {
        assertThatThrownBy(() -> new BucketBounds(1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void recordingAllocatesNothing() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Histogram times = new Histogram(BucketBounds.ROUND_TRIPS);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                times.record(i * 1_000L);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertThat(least).isZero();
        assertThat(Arrays.stream(times.counts()).sum()).isEqualTo(200_000);
    }
}
