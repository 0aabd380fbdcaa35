package io.vipgate.text;

/**
 * Makes text from outside safe to show: on one line, without what could forge lines or command a terminal, not too long.
 *
 * <p>Stateless.
 */
public final class Sanitizer {
    private static final int MAX_NAME_LENGTH = 80;

    private Sanitizer() {}

    /** A value: as written, or in double quotes where its ends could not be seen otherwise; at most 80 characters. */
    public static String value(String text) {
        String safe = name(text);
        boolean edges = text.isEmpty() || !text.strip().equals(text) || !safe.equals(text);
        return edges ? '"' + safe + '"' : safe;
    }

    /** A key or a name: unsafe characters escaped, cut after 80 characters. */
    public static String name(String text) {
        return escape(text, MAX_NAME_LENGTH);
    }

    /** Unsafe characters as <code>&#92;x1b</code> or <code>&#92;u2028</code>; what is longer is cut and ends in dots. */
    public static String escape(String text, int maxLength) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().limit(maxLength).forEach(c -> {
            if (isUnsafe(c)) {
                safe.append(String.format(c < 0x100 ? "\\x%02x" : "\\u%04x", c));
            } else {
                safe.appendCodePoint(c);
            }
        });
        if (text.codePointCount(0, text.length()) > maxLength) {
            safe.append("...");
        }
        return safe.toString();
    }

    /** Unsafe characters as question marks; what is longer is cut. */
    public static String mask(String text, int maxLength) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().limit(maxLength).forEach(c -> safe.appendCodePoint(isUnsafe(c) ? '?' : c));
        return safe.toString();
    }

    /** Whether a terminal could do something else with it than show it, or show it where it does not stand. */
    private static boolean isUnsafe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED ->
                true;
            default -> false;
        };
    }
}
