package io.vipgate.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, written with a unit of 1,024: {@code 256KiB}, {@code 1MiB}. <b>Immutable.</b>
 *
 * @param bytes 0 or more
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    static final ByteSize ZERO = new ByteSize(0);

    private static final Pattern SIZE = Pattern.compile("(0|[1-9][0-9]{0,5})(KiB|MiB|GiB)");
    private static final int UNIT_BITS = 10;

    static ByteSize parse(String text) throws BadValueException {
        if (text.equals("0")) {
            return ZERO;
        }
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw BadValueException.expected("a whole number with the unit KiB, MiB or GiB, for example 256KiB");
        }
        int bits = switch (matcher.group(2)) {
            case "KiB" -> UNIT_BITS;
            case "MiB" -> 2 * UNIT_BITS;
            default -> 3 * UNIT_BITS;
        };
        return new ByteSize(Long.parseLong(matcher.group(1)) << bits);
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** In the largest unit that divides it. */
    @Override
    public String toString() {
        if (bytes == 0) {
            return "0";
        }
        int units = Math.min(3, Long.numberOfTrailingZeros(bytes) / UNIT_BITS);
        return (bytes >> (units * UNIT_BITS)) + new String[]{"B", "KiB", "MiB", "GiB"}[units];
    }
}
