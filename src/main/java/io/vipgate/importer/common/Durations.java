package io.vipgate.importer.common;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as other programs write them and as vipgate does.
 *
 * <p>Stateless.
 */
public final class Durations {
    /** The longest that the configuration takes anywhere. */
    public static final Duration LONGEST = Duration.ofDays(365);

    private static final Duration MOST_MEANT = Duration.ofDays(100_000);

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");
    private static final Pattern HAPROXY = Pattern.compile("([0-9]{1,9})(us|ms|s|m|h|d)?");
    private static final Pattern NGINX_PART = Pattern.compile("\\G\\s*([0-9]{1,9})(ms|s|m|h|d|w|M|y)?");

    private Durations() {}

    /** Seconds, which may have a fraction. */
    public static Optional<Duration> seconds(String text) {
        return SECONDS.matcher(text).matches()
                ? Optional.of(Duration.ofMillis(new BigDecimal(text).movePointRight(3).longValue()))
                : Optional.empty();
    }

    /** Milliseconds, or whatever the unit says; configuration manual of HAProxy, section 2.4 "Time format". */
    public static Optional<Duration> haproxy(String text) {
        Matcher matcher = HAPROXY.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "ms" : matcher.group(2);
        return unit.equals("us") ? Optional.of(Duration.ofMillis((amount + 999) / 1000)) : of(amount, unit);
    }

    /** Seconds, or a sum such as {@code 1m30s}; nginx.org, "Configuration file measurement units". */
    public static Optional<Duration> nginx(String text) {
        Matcher matcher = NGINX_PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (matcher.find()) {
            Optional<Duration> part = of(Long.parseLong(matcher.group(1)),
                    matcher.group(2) == null ? "s" : matcher.group(2));
            sum = within(sum.plus(part.orElse(Duration.ZERO)), Duration.ZERO, MOST_MEANT);
            end = matcher.end();
        }
        return end > 0 && end == text.length() ? Optional.of(sum) : Optional.empty();
    }

    private static Optional<Duration> of(long amount, String unit) {
        return Optional.of(switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            case "w" -> Duration.ofDays(amount * 7);
            case "M" -> Duration.ofDays(amount * 30);
            case "y" -> Duration.ofDays(amount * 365);
            default -> Duration.ofSeconds(amount);
        });
    }

    /** The nearest duration within the bounds. */
    public static Duration within(Duration value, Duration least, Duration most) {
        return value.compareTo(least) < 0 ? least : value.compareTo(most) > 0 ? most : value;
    }

    /** As the configuration has it, in the largest unit that divides it. */
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
