package io.vipgate.metrics;

import io.vipgate.counters.Histogram;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes series as text while they are read, so that they are never objects: eight thousand endpoints have a million. In
 * Prometheus's format 0.0.4, or OpenMetrics 1.0.
 *
 * <p>Confined to the thread that writes.
 */
final class Series {
    private static final int SPILL_CHARACTERS = 8 << 10;

    private final OutputStream out;
    private final boolean isOpenMetrics;
    private final StringBuilder text = new StringBuilder(2 * SPILL_CHARACTERS);
    private Family family = Family.gauge("", "", _ -> {});
    private boolean hasHead;

    Series(OutputStream out, boolean isOpenMetrics) {
        this.out = out;
        this.isOpenMetrics = isOpenMetrics;
    }

    /** Writes all of a family; nothing of one without series. */
    void write(Family next) throws IOException {
        family = next;
        hasHead = false;
        next.numbers().addTo(this);
        flush();
    }

    /** To be called between numbers: what is not written yet stays short. */
    void spill() throws IOException {
        if (text.length() >= SPILL_CHARACTERS) {
            flush();
        }
    }

    private void flush() throws IOException {
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
    }

    // ---- numbers ----

    void add(long value, String... values) {
        add((double) value, values);
    }

    void add(boolean isSo, String... values) {
        add(isSo ? 1.0 : 0.0, values);
    }

    void add(double value, String... values) {
        head();
        name(switch (family.type()) {
            case COUNTER -> "_total";
            case INFO -> "_info";
            default -> "";
        }).labels(values);
        number(value);
    }

    /** That it is so. */
    void addInfo(String... values) {
        head();
        name("_info").labels(values);
        number(1);
    }

    void add(Histogram times, String... values) {
        head();
        double[] bounds = times.bounds().seconds();
        long[] counts = times.counts();
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i];
            name("_bucket").bucket(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY, values);
            number(sum);
        }
        name("_count").labels(values);
        number(sum);
        name("_sum").labels(values);
        number(times.sumSeconds());
    }

    // ---- text ----

    private void head() {
        if (hasHead) {
            return;
        }
        hasHead = true;
        // Prometheus calls a family as its series, OpenMetrics without their suffix.
        String name = family.name() + switch (family.type()) {
            case COUNTER -> isOpenMetrics ? "" : "_total";
            case INFO -> isOpenMetrics ? "" : "_info";
            default -> "";
        };
        if (!isOpenMetrics) {
            help(name);
        }
        text.append("# TYPE ").append(name).append(' ').append(switch (family.type()) {
            case COUNTER -> "counter";
            case TWIN_COUNTER -> isOpenMetrics ? "unknown" : "counter";
            case GAUGE -> "gauge";
            case HISTOGRAM -> "histogram";
            case INFO -> isOpenMetrics ? "info" : "gauge";
        }).append('\n');
        if (isOpenMetrics) {
            help(name);
        }
    }

    private void help(String name) {
        text.append("# HELP ").append(name).append(' ').append(family.help()).append('\n');
    }

    private Series name(String suffix) {
        text.append(family.name()).append(suffix);
        return this;
    }

    private void labels(String... values) {
        if (values.length > 0) {
            text.append('{');
            pairs(values);
            text.append('}');
        }
    }

    private void bucket(double bound, String... values) {
        text.append('{');
        pairs(values);
        text.append(values.length > 0 ? "," : "").append("le=\"");
        decimal(bound);
        text.append("\"}");
    }

    private void pairs(String... values) {
        List<String> names = family.labels();
        if (names.size() != values.length) {
            throw new IllegalArgumentException(family.name() + ": " + values.length + " labels");
        }
        for (int i = 0; i < values.length; i++) {
            text.append(i > 0 ? "," : "").append(names.get(i)).append("=\"");
            escaped(values[i]);
            text.append('"');
        }
    }

    private void escaped(String value) {
        for (int i = 0; i < value.length(); i++) {
            char each = value.charAt(i);
            switch (each) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                default -> text.append(each);
            }
        }
    }

    private void number(double value) {
        text.append(' ');
        decimal(value);
        text.append('\n');
    }

    private void number(long value) {
        text.append(' ').append(value).append('\n');
    }

    private void decimal(double value) {
        if (Double.isInfinite(value)) {
            text.append(value > 0 ? "+Inf" : "-Inf");
        } else {
            text.append(value);
        }
    }
}
