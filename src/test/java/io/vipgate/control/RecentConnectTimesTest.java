package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vipgate.counters.BucketBounds;
import io.vipgate.counters.Histogram;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RecentConnectTimesTest {
    private static final long MILLI = 1_000_000;
    private static final Offset<Long> NEARLY = within(MILLI / 100);

    private final RecentConnectTimes recent = new RecentConnectTimes();
    private Histogram all = new Histogram(BucketBounds.ROUND_TRIPS);

    private void second(int connects, long nanos) {
        for (int i = 0; i < connects; i++) {
            all.record(nanos);
        }
        recent.add(all);
    }

    @Test
    void whatCameBeforeTheFirstSampleIsNotRecent() {
        second(1_000, MILLI);
        assertThat(recent.quantile(0.99)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void fewConnectsTellNothing() {
        second(0, 0);
        second(49, MILLI);
        assertThat(recent.quantile(0.99)).isEqualTo(Long.MAX_VALUE);
        second(10, MILLI);
        assertThat(recent.quantile(0.99)).isLessThanOrEqualTo(MILLI);
    }

    @Test
    void connectsAreSpreadEvenlyWithinTheirBucket() {
        second(0, 0);
        second(100, 2 * MILLI);
        // Above 1 ms, up to 2.5 ms.
        assertThat(recent.quantile(0.5)).isCloseTo(1_750_000, NEARLY);
        assertThat(recent.quantile(1)).isEqualTo(2_500_000);
    }

    @Test
    void oneInAHundredMayTakeLonger() {
        second(0, 0);
        second(990, MILLI / 20);
        second(10, 80 * MILLI);
        assertThat(recent.quantile(0.99)).as("those that came first have faded a little").isGreaterThan(50 * MILLI);
        assertThat(recent.quantile(0.98)).isLessThan(MILLI / 10);
    }

    @Test
    void whatIsLongAgoFades() {
        second(0, 0);
        second(1_000, 80 * MILLI);
        for (int i = 0; i < 600; i++) {
            second(10, MILLI / 20);
        }
        assertThat(recent.quantile(0.99)).isLessThan(MILLI / 10);
    }

    @Test
    void whatIsBeyondTheLastBoundIsLongerThanAnything() {
        second(0, 0);
        second(100, 20_000 * MILLI);
        assertThat(recent.quantile(0.99)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void endpointThatTakesItsCountsAlongTakesNothingBack() {
        second(0, 0);
        second(1_000, MILLI / 20);
        all = new Histogram(BucketBounds.ROUND_TRIPS);
        second(100, MILLI / 20);
        second(100, MILLI / 20);
        assertThat(recent.quantile(0.99)).isLessThan(MILLI / 10);
    }
}
