package io.vipgate.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.counters.BucketBounds;
import io.vipgate.counters.Histogram;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
    private static String text(boolean isOpenMetrics, Family family) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Series(out, isOpenMetrics).write(family);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Histogram times() {
        Histogram times = new Histogram(BucketBounds.ROUND_TRIPS);
        times.record(700_000);
        times.record(Long.MAX_VALUE / 2);
        return times;
    }

    @Test
    void aFamilyIsCalledAsItsFormatWantsIt() throws IOException {
        Family counter = Family.counter("a", "Help.", series -> series.add(2, "x"), "pool");
        Family twin = Family.twinCounter("a_total", "Help.", series -> series.add(2, "x"), "pool");
        Family gauge = Family.gauge("a", "Help.", series -> series.add(true));
        Family info = new Family(Family.Type.INFO, "a", "Help.", series -> series.addInfo("x"), List.of("pool"));

        assertThat(text(false, counter)).isEqualTo(text(false, twin))
                .isEqualTo("# HELP a_total Help.\n# TYPE a_total counter\na_total{pool=\"x\"} 2.0\n");
        assertThat(text(true, counter))
                .isEqualTo("# TYPE a counter\n# HELP a Help.\na_total{pool=\"x\"} 2.0\n");
        assertThat(text(true, twin))
                .isEqualTo("# TYPE a_total unknown\n# HELP a_total Help.\na_total{pool=\"x\"} 2.0\n");
        assertThat(text(false, gauge)).isEqualTo("# HELP a Help.\n# TYPE a gauge\na 1.0\n");
        assertThat(text(true, gauge)).isEqualTo("# TYPE a gauge\n# HELP a Help.\na 1.0\n");
        assertThat(text(false, info))
                .isEqualTo("# HELP a_info Help.\n# TYPE a_info gauge\na_info{pool=\"x\"} 1\n");
        assertThat(text(true, info)).isEqualTo("# TYPE a info\n# HELP a Help.\na_info{pool=\"x\"} 1\n");
    }

    @Test
    void bucketsAreCumulatedAndTheLastHasNoBound() throws IOException {
        Family family = Family.histogram("t_seconds", "Help.", series -> series.add(times(), "p"), "pool");

        assertThat(text(false, family).lines().skip(2)).startsWith("t_seconds_bucket{pool=\"p\",le=\"1.0E-4\"} 0")
                .contains("t_seconds_bucket{pool=\"p\",le=\"5.0E-4\"} 0", "t_seconds_bucket{pool=\"p\",le=\"0.001\"} 1")
                .endsWith("t_seconds_bucket{pool=\"p\",le=\"+Inf\"} 2", "t_seconds_count{pool=\"p\"} 2",
                        "t_seconds_sum{pool=\"p\"} " + times().sumSeconds());
        assertThat(text(true, Family.histogram("t_seconds", "Help.", series -> series.add(times()))))
                .contains("\nt_seconds_bucket{le=\"+Inf\"} 2\n", "\nt_seconds_count 2\n");
    }

    @Test
    void namesAreEscaped() throws IOException {
        assertThat(text(false, Family.gauge("g", "Help.", series -> series.add(1, "a\"b\\c\nd€"), "pool")))
                .endsWith("g{pool=\"a\\\"b\\\\c\\nd€\"} 1.0\n");
    }

    @Test
    void aFamilyWithoutSeriesIsNotTold() throws IOException {
        assertThat(text(false, Family.counter("a", "Help.", _ -> {}))).isEmpty();
    }

    @Test
    void labelsAndTheirNamesAreAsMany() {
        assertThatThrownBy(() -> text(false, Family.counter("a", "Help.", series -> series.add(1, "x"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Knows the largest piece that was written, and all that was. */
    private static final class Measuring extends OutputStream {
        private int largest;
        private long all;

        @Override
        public void write(int octet) {
            write(new byte[1], 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            largest = Math.max(largest, length);
            all += length;
        }
    }

    @Test
    void theTextOfManySeriesIsNeverHeldAsAWhole() throws IOException {
        Measuring out = new Measuring();

        new Series(out, false).write(Family.counter("vipgate_relay_closed", "Help.", series -> {
            for (int i = 0; i < 100_000; i++) {
                series.add(i, "endpoint-number-" + i);
                series.spill();
            }
        }, "endpoint"));

        assertThat(out.all).isGreaterThan(4 << 20);
        assertThat(out.largest).isLessThan(16 << 10);
    }
}
