package io.vipgate.config;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory or data, written {@code 64KiB} or {@code 1MiB}. <b>Immutable.</b>
 *
 * @param bytes 0 or more
 */
public record Size(long bytes) implements Comparable<Size> {
    private static final Pattern FORM = Pattern.compile("(0|[1-9][0-9]{0,8})(B|KiB|MiB|GiB)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};

    /** Refuses a negative size. */
    public Size {
        if (bytes < 0) {
            throw new IllegalArgumentException("negative size " + bytes);
        }
    }

    static Size parse(String text) throws BadValueException {
        if (text.matches("[0-9]+")) {
            throw BadValueException.because("a size needs a unit, for example 64KiB or 1MiB");
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw BadValueException.expected("a whole number with the unit B, KiB, MiB or GiB, for example 64KiB");
        }
        int power = Arrays.asList(UNITS).indexOf(matcher.group(2));
        return new Size(Long.parseLong(matcher.group(1)) << (10 * power));
    }

    @Override
    public int compareTo(Size other) {
        return Long.compare(bytes, other.bytes);
    }

    /** In the largest unit that divides it. */
    @Override
    public String toString() {
        int power = bytes == 0 ? 0 : Math.min(UNITS.length - 1, Long.numberOfTrailingZeros(bytes) / 10);
        return (bytes >> (10 * power)) + UNITS[power];
    }
}
