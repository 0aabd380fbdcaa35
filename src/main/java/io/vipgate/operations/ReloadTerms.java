package io.vipgate.operations;

import io.vipgate.admin.RequestException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the times of a reload on trial.
 *
 * <p>Stateless.
 */
final class ReloadTerms {
    private static final Duration MIN = Duration.ofSeconds(1);
    private static final Duration MAX_TRIAL = Duration.ofHours(24);
    private static final Duration MAX_OUTAGE = Duration.ofHours(1);
    private static final Pattern TERM = Pattern.compile("(\\d{1,6})(s|m|h)");
    private static final Pattern CONDITION = Pattern.compile("no endpoint up for (\\S+)");

    private ReloadTerms() {}

    /** Within which time a configuration must be confirmed. */
    static Duration confirmWithin(String name, String text) throws RequestException {
        return term("parameter " + name + ": " + text, text, MAX_TRIAL);
    }

    /** For how long a pool must have no endpoint up; zero when nothing is said. */
    static Duration noneUpFor(Optional<String> condition) throws RequestException {
        if (condition.isEmpty()) {
            return Duration.ZERO;
        }
        Matcher matcher = CONDITION.matcher(condition.get());
        if (!matcher.matches()) {
            throw RequestException.bad(
                    "parameter unless: " + condition.get() + " (expected: no endpoint up for 10s, or another time)");
        }
        return term("parameter unless: " + condition.get(), matcher.group(1), MAX_OUTAGE);
    }

    private static Duration term(String what, String text, Duration most) throws RequestException {
        Matcher matcher = TERM.matcher(text);
        Duration term = !matcher.matches()
                ? Duration.ZERO
                : switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(Long.parseLong(matcher.group(1)));
                    case "m" -> Duration.ofMinutes(Long.parseLong(matcher.group(1)));
                    default -> Duration.ofHours(Long.parseLong(matcher.group(1)));
                };
        if (term.compareTo(MIN) < 0 || term.compareTo(most) > 0) {
            throw RequestException.bad(what + " (expected: 1s to " + most.toHours() + "h, with the unit s, m or h)");
        }
        return term;
    }
}
