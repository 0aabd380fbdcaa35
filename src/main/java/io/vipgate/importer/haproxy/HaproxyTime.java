package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations of a haproxy.cfg: milliseconds, unless a unit is given; manual of HAProxy, section 2.4 "Time format".
 *
 * <p>Stateless.
 */
final class HaproxyTime {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(us|ms|s|m|h|d)?");

    private HaproxyTime() {}

    static Optional<Duration> parse(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "ms" : matcher.group(2);
        return Optional.of(unit.equals("us") ? Duration.ofMillis((amount + 999) / 1000) : Durations.of(amount, unit));
    }
}
