package io.vipgate.importer.iptables;

/**
 * Parts of words that only a running script knows, as {@code $(hostname)}: they stand between two characters that no rule has.
 *
 * <p>Stateless.
 */
final class Unresolved {
    private static final char BEGIN = '\uE000';
    private static final char END = '\uE001';

    private static final char BLANK = '\uE002';

    private Unresolved() {}

    /** What stands for a text, as one word. */
    static String of(String text) {
        return BEGIN + without(text).replaceAll("\\s", String.valueOf(BLANK)) + END;
    }

    static boolean isIn(String word) {
        return word.indexOf(BEGIN) >= 0;
    }

    /** The word as it was written. */
    static String without(String word) {
        return word.replace(String.valueOf(BEGIN), "").replace(String.valueOf(END), "").replace(BLANK, ' ');
    }
}
