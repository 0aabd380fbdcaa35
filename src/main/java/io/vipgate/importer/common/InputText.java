package io.vipgate.importer.common;

import java.util.List;

/**
 * Checks that a file is text, of a size that somebody may have configured.
 *
 * <p>Stateless.
 */
public final class InputText {
    /** Far more than a configuration of 1 MiB needs, few enough for a small heap. */
    private static final int MAX_WORDS = 200_000;

    private InputText() {}

    /** The lines, without their ends; refuses what is not text. */
    public static List<String> lines(String text) throws SyntaxException {
        requireReadableSize(text);
        int line = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line++;
            } else if (c < ' ' && c != '\t' && c != '\r' && c != '\f') {
                throw new SyntaxException(line, String.format("the character U+%04X: not a text file", (int) c));
            }
        }
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        return List.of(content.split("\r?\n", -1));
    }

    /** Refuses a text with too many words, braces and semicolons. */
    public static void requireReadableSize(String text) throws SyntaxException {
        int line = 1;
        int words = 0;
        boolean isInWord = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isBlank = Character.isWhitespace(c);
            if (c == '{' || c == '}' || c == ';' || (!isBlank && !isInWord)) {
                words++;
            }
            isInWord = !isBlank;
            if (words > MAX_WORDS) {
                throw new SyntaxException(line, "more than " + MAX_WORDS + " words up to here: split the file");
            }
            if (c == '\n') {
                line++;
            }
        }
    }
}
