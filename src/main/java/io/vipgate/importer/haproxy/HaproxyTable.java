package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code stick-table} line.
 *
 * <p>Immutable.
 *
 * @param section whose table it is
 */
record HaproxyTable(String section, Statement line) {
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,8})([kmg]?)");
    private static final long MAX_ENTRIES = 100_000_000;

    /** How many clients it remembers; empty where that is not written. */
    Optional<Long> entries() {
        Matcher size = SIZE.matcher(valueOf(line, "size"));
        if (!size.matches()) {
            return Optional.empty();
        }
        long unit = switch (size.group(2)) {
            case "k" -> 1L << 10;
            case "m" -> 1L << 20;
            case "g" -> 1L << 30;
            default -> 1;
        };
        return Optional.of(Math.min(MAX_ENTRIES, Long.parseLong(size.group(1)) * unit));
    }

    /** {@code ip}, {@code ipv6}, {@code string} and so on. */
    String type() {
        return valueOf(line, "type");
    }

    boolean stores(String counter) {
        return stored(counter).isPresent();
    }

    /** Over which time it has the rate of that name. */
    Optional<Duration> period(String rate) {
        return stored(rate).filter(each -> each.endsWith(")"))
                .flatMap(each -> HaproxyTime.parse(each.substring(rate.length() + 1, each.length() - 1)))
                .filter(each -> !each.isZero());
    }

    /** {@code store} may stand more than once, each time with several counters. */
    private Optional<String> stored(String counter) {
        for (int i = 0; i < line.words().size() - 1; i++) {
            if (line.word(i).equals("store")) {
                for (String each : line.word(i + 1).split(",", -1)) {
                    if (each.equals(counter) || each.startsWith(counter + "(")) {
                        return Optional.of(each);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The word behind another; empty if that is not there. */
    static String valueOf(Statement line, String word) {
        int at = line.words().indexOf(word);
        return at < 0 ? "" : line.word(at + 1);
    }
}
