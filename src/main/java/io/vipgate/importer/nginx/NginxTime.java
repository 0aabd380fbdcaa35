package io.vipgate.importer.nginx;

import io.vipgate.importer.common.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations of an nginx.conf: seconds, unless a unit is given, or a sum such as {@code 1m30s}; nginx.org, "Configuration file
 * measurement units".
 *
 * <p>Stateless.
 */
final class NginxTime {
    private static final Pattern PART = Pattern.compile("\\G\\s*([0-9]{1,9})(ms|s|m|h|d|w|M|y)?");
    /** Keeps sums far from overflow, and is beyond every limit of vipgate. */
    private static final Duration MAX_SUM = Duration.ofDays(100_000);

    private NginxTime() {}

    static Optional<Duration> parse(String text) {
        Matcher matcher = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (matcher.find()) {
            String unit = matcher.group(2) == null ? "s" : matcher.group(2);
            Duration part = Durations.of(Long.parseLong(matcher.group(1)), unit);
            sum = Durations.clamp(sum.plus(part), Duration.ZERO, MAX_SUM);
            end = matcher.end();
        }
        return end > 0 && end == text.length() ? Optional.of(sum) : Optional.empty();
    }
}
