package io.vipgate.control;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names an open relay, {@code 1-734}: its loop, and its number there. No relay of the process gets the same one.
 *
 * <p>Immutable.
 *
 * @param loop from 0
 * @param number from 1
 */
public record RelayId(int loop, long number) {
    /** Before every relay. */
    public static final RelayId FIRST = new RelayId(0, 0);

    private static final Pattern FORM = Pattern.compile("(\\d{1,4})-(\\d{1,18})");

    /** Reads one; empty when it is none. */
    public static Optional<RelayId> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new RelayId(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return loop + "-" + number;
    }
}
