package io.vipgate.migrate;

import java.util.List;

/**
 * What a file must be before it is worth reading: text.
 *
 * <p>Stateless.
 */
final class PlainText {
    private PlainText() {}

    /** The lines, without their ends; refuses what is no text. */
    static List<String> lines(String text) throws SyntaxException {
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
}
