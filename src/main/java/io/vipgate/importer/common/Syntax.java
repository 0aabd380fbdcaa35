package io.vipgate.importer.common;

/**
 * How a program splits its configuration into words; what a program does not do, it leaves as it is here. Positions are
 * indexes into the text.
 *
 * <p>Implementations are stateless.
 */
public interface Syntax {
    /** Whether the character ends a word and means nothing itself. */
    default boolean isBlank(char c) {
        return Character.isWhitespace(c);
    }

    /**
     * Whether the character is a token of its own, such as a brace.
     *
     * @param isInWord whether it follows a character of a word
     */
    default boolean isSeparator(char c, boolean isInWord) {
        return false;
    }

    /**
     * Whether the character begins a comment, which ends with the line.
     *
     * @param isInWord whether it follows a character of a word
     */
    default boolean isComment(char c, boolean isInWord) {
        return false;
    }

    /**
     * Whether the character opens a quote, which the same character closes.
     *
     * @param isInWord whether it follows a character of a word
     */
    default boolean isQuote(char c, boolean isInWord) {
        return c == '"' || c == '\'';
    }

    /** Whether the end of a quote is the end of the word too. */
    default boolean isQuoteWholeWord() {
        return false;
    }

    /**
     * Whether a backslash escapes what follows it.
     *
     * @param quote the quote it stands in, 0 outside of quotes
     */
    default boolean hasEscapes(char quote) {
        return false;
    }

    /**
     * Reads what follows a backslash.
     *
     * @param at the position behind the backslash; there is a character
     * @param word takes what the escape stands for
     * @return the position behind the escape
     */
    default int escape(String text, int at, StringBuilder word) {
        word.append(text.charAt(at));
        return at + 1;
    }

    /**
     * Where text ends that is taken as it is, such as a variable in braces; not asked in quotes.
     *
     * @return the position behind it; {@code at} when there is none
     */
    default int verbatimEnd(String text, int at) {
        return at;
    }
}
