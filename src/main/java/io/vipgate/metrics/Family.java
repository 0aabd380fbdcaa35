package io.vipgate.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.vipgate.counters.Histogram;
import java.util.Arrays;

/**
 * All series of one name, while they are collected.
 *
 * <p>Confined to the thread that collects.
 */
abstract sealed class Family {
    private final String[] labels;

    private Family(String... labels) {
        this.labels = labels;
    }

    Labels labels(String... values) {
        return Labels.of(labels, values);
    }

    /** What has been collected. */
    abstract MetricSnapshot snapshot();

    /** Numbers that only grow. Confined to the thread that collects. */
    static final class Counter extends Family {
        private final CounterSnapshot.Builder series = CounterSnapshot.builder();

        /**
         * Makes a family without series.
         *
         * @param name without {@code _total}
         */
        Counter(String name, String help, String... labels) {
            super(labels);
            series.name(name).help(help);
        }

        void add(long value, String... values) {
            series.dataPoint(
                    CounterSnapshot.CounterDataPointSnapshot.builder().value((double) value).labels(labels(values))
                            .build());
        }

        @Override
        MetricSnapshot snapshot() {
            return series.build();
        }
    }

    /**
     * Numbers that only grow, with a name that is another family's but for {@code _total}. The two are told apart by
     * Prometheus and not by OpenMetrics, where a counter's family is called by the name without the suffix. That is why
     * this one is of unknown type to the client; {@link #asCounter} makes a counter of it where it can be one.
     *
     * <p>Confined to the thread that collects.
     */
    static final class TwinCounter extends Family {
        private static final String TOTAL = "_total";

        private final UnknownSnapshot.Builder series = UnknownSnapshot.builder();

        /**
         * Makes a family without series.
         *
         * @param name with {@code _total}
         */
        TwinCounter(String name, String help, String... labels) {
            super(labels);
            series.name(name).help(help);
        }

        void add(long value, String... values) {
            series.dataPoint(UnknownSnapshot.UnknownDataPointSnapshot.builder().value((double) value)
                    .labels(labels(values)).build());
        }

        /** The same as a counter, for a text in which its twin is not. */
        static CounterSnapshot asCounter(UnknownSnapshot family) {
            CounterSnapshot.Builder counter = CounterSnapshot.builder()
                    .name(family.getMetadata().getName().replaceFirst(TOTAL + "$", ""))
                    .help(family.getMetadata().getHelp());
            family.getDataPoints().forEach(series -> counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot
                    .builder().value(series.getValue()).labels(series.getLabels()).build()));
            return counter.build();
        }

        @Override
        MetricSnapshot snapshot() {
            return series.build();
        }
    }

    /** Numbers that go up and down. Confined to the thread that collects. */
    static final class Gauge extends Family {
        private final GaugeSnapshot.Builder series = GaugeSnapshot.builder();

        Gauge(String name, String help, String... labels) {
            super(labels);
            series.name(name).help(help);
        }

        void add(double value, String... values) {
            series.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).labels(labels(values))
                    .build());
        }

        void add(long value, String... values) {
            add((double) value, values);
        }

        void add(boolean isSo, String... values) {
            add(isSo ? 1.0 : 0.0, values);
        }

        @Override
        MetricSnapshot snapshot() {
            return series.build();
        }
    }

    /** Times. Confined to the thread that collects. */
    static final class Times extends Family {
        private final HistogramSnapshot.Builder series = HistogramSnapshot.builder();

        Times(String name, String help, String... labels) {
            super(labels);
            series.name(name).help(help);
        }

        void add(Histogram times, String... values) {
            double[] finite = times.bounds().seconds();
            double[] bounds = Arrays.copyOf(finite, finite.length + 1);
            bounds[finite.length] = Double.POSITIVE_INFINITY;
            series.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, times.counts()))
                    .sum(times.sumSeconds()).labels(labels(values)).build());
        }

        @Override
        MetricSnapshot snapshot() {
            return series.build();
        }
    }
}
