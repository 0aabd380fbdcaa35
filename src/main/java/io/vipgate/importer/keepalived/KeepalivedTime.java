package io.vipgate.importer.keepalived;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Durations of a keepalived.conf: seconds, which may have a fraction.
 *
 * <p>Stateless.
 */
final class KeepalivedTime {
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

    private KeepalivedTime() {}

    static Optional<Duration> parse(String text) {
        return SECONDS.matcher(text).matches()
                ? Optional.of(Duration.ofMillis(new BigDecimal(text).movePointRight(3).longValue()))
                : Optional.empty();
    }
}
