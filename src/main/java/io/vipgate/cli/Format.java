package io.vipgate.cli;

import io.vipgate.json.Json;
import io.vipgate.text.Sanitizer;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.function.Function;

/**
 * Numbers and times as a person reads them.
 *
 * <p>Stateless.
 */
final class Format {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};
    private static final int MAX_LENGTH = 1000;

    private Format() {}

    /** {@code 950 B}, {@code 1.2 MB}. */
    static String bytes(double bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }

    /** With one decimal below 100: {@code 12.3}, {@code 512}. */
    static String rate(double perSecond) {
        return perSecond == 0 ? "0" : String.format(Locale.ROOT, perSecond >= 99.95 ? "%.0f" : "%.1f", perSecond);
    }

    /** {@code 48 %}; empty when it is not known. */
    static String percent(Json share) {
        return share.isNull() ? "" : String.format(Locale.ROOT, "%.0f %%", share.number() * 100);
    }

    /** The two largest units of a time: {@code 3 h 12 min}, {@code 8.5 s}. */
    static String duration(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", Math.max(0, time.toMillis()) / 1000.0);
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min";
        }
        return seconds < 86_400
                ? seconds / 3600 + " h " + seconds / 60 % 60 + " min"
                : seconds / 86_400 + " d " + seconds / 3600 % 24 + " h";
    }

    /** {@code 192.0.2.7:80}, {@code [2001:db8::7]:80}. */
    static String address(Json host, Json port) {
        String text = clean(host.text());
        return (text.contains(":") ? "[" + text + "]" : text) + ":" + port.text();
    }

    /** When the gateway told a status, by its own clock: its other moments are of that clock too. */
    static Instant toldAt(Json status) {
        try {
            return status.get("at").isNull() ? Instant.now() : Instant.parse(status.get("at").text());
        } catch (DateTimeParseException e) {
            return Instant.now();
        }
    }

    /** How long ago a moment was; empty when it is not told. */
    static String since(Json moment, Instant now) {
        return distance(moment, at -> Duration.between(at, now));
    }

    /** How far away a moment is; empty when it is not told. */
    static String until(Json moment, Instant now) {
        return distance(moment, at -> Duration.between(now, at));
    }

    private static String distance(Json moment, Function<Instant, Duration> distance) {
        try {
            return moment.isNull() ? "" : duration(distance.apply(Instant.parse(moment.text())));
        } catch (DateTimeParseException e) {
            return "";
        }
    }

    /** Without what could command a terminal: another machine may have sent it. */
    static String clean(String text) {
        return Sanitizer.mask(text, MAX_LENGTH);
    }
}
