package io.vipgate.metrics;

import java.io.IOException;
import java.util.List;

/**
 * All series of one name.
 *
 * <p>Immutable, as long as what its numbers are read from is.
 *
 * @param name without the suffix that its type gives its series
 * @param numbers adds them all, each time it is asked
 * @param labels their names, in alphabetical order
 */
record Family(Type type, String name, String help, Numbers numbers, List<String> labels) {
    /** What the numbers are. */
    enum Type {
        /** They only grow; their series end in {@code _total}. */
        COUNTER,
        /**
         * They only grow, and their name is another family's but for {@code _total}. Prometheus tells the two apart and
         * OpenMetrics does not, where a counter's family is called by the name without the suffix. So this one has the
         * suffix in its name, and is of unknown type there.
         */
        TWIN_COUNTER,
        /** They go up and down. */
        GAUGE,
        /** Times in buckets. */
        HISTOGRAM,
        /** What something is, in labels; the series ends in {@code _info}. */
        INFO
    }

    /** Adds numbers, and lets the series spill every now and then. */
    @FunctionalInterface
    interface Numbers {
        /** Adds all. */
        void addTo(Series series) throws IOException;
    }

    /** Keeps its own copy. */
    Family {
        labels = List.copyOf(labels);
    }

    static Family counter(String name, String help, Numbers numbers, String... labels) {
        return new Family(Type.COUNTER, name, help, numbers, List.of(labels));
    }

    static Family twinCounter(String name, String help, Numbers numbers, String... labels) {
        return new Family(Type.TWIN_COUNTER, name, help, numbers, List.of(labels));
    }

    static Family gauge(String name, String help, Numbers numbers, String... labels) {
        return new Family(Type.GAUGE, name, help, numbers, List.of(labels));
    }

    static Family histogram(String name, String help, Numbers numbers, String... labels) {
        return new Family(Type.HISTOGRAM, name, help, numbers, List.of(labels));
    }
}
