package io.vipgate.importer.common;

import java.time.Duration;

/**
 * Durations, from the units that other programs use to the text that vipgate's configuration takes.
 *
 * <p>Stateless.
 */
public final class Durations {
    /** The longest that the configuration takes anywhere. */
    public static final Duration MAX = Duration.ofDays(365);

    private Durations() {}

    /** An amount of {@code ms}, {@code s}, {@code m}, {@code h}, {@code d}, {@code w}, {@code M} (30 days) or {@code y}. */
    public static Duration of(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            case "w" -> Duration.ofDays(amount * 7);
            case "M" -> Duration.ofDays(amount * 30);
            case "y" -> Duration.ofDays(amount * 365);
            default -> throw new IllegalArgumentException(unit + " (expected: ms, s, m, h, d, w, M or y)");
        };
    }

    /** The nearest duration within the bounds. */
    public static Duration clamp(Duration value, Duration min, Duration max) {
        return value.compareTo(min) < 0 ? min : value.compareTo(max) > 0 ? max : value;
    }

    /** In the largest unit that divides it: {@code 0s}, {@code 250ms}, {@code 90s}, {@code 2m}, {@code 24h}. */
    public static String print(Duration value) {
        long millis = value.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
