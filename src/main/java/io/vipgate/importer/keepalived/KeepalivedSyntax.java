package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.Syntax;

/**
 * Words of a line of keepalived.conf(5): braces, comments from {@code #} or {@code !} on, escapes in quotes, and parameters in
 * braces as one piece.
 *
 * <p>Stateless.
 */
final class KeepalivedSyntax implements Syntax {
    private static final String ESCAPES = "abEfnrtv";
    private static final String ESCAPED = "\u0007\b\u001b\f\n\r\t\u000b";

    @Override
    public boolean isSeparator(char c, boolean isInWord) {
        return c == '{' || c == '}';
    }

    @Override
    public boolean isComment(char c, boolean isInWord) {
        return c == '#' || c == '!';
    }

    @Override
    public boolean hasEscapes(char quote) {
        return quote != 0;
    }

    /** A control character by its letter, a character by two hexadecimal or three octal digits, or the character itself. */
    @Override
    public int escape(String text, int at, StringBuilder word) {
        char c = text.charAt(at);
        int control = ESCAPES.indexOf(c);
        if (control >= 0) {
            word.append(ESCAPED.charAt(control));
            return at + 1;
        }
        boolean isHex = c == 'x';
        int radix = isHex ? 16 : 8;
        int first = isHex ? at + 1 : at;
        int end = first;
        while (end < text.length() && end < first + (isHex ? 2 : 3) && Character.digit(text.charAt(end), radix) >= 0) {
            end++;
        }
        if (end == first) {
            word.append(c);
            return at + 1;
        }
        word.append((char) Integer.parseInt(text.substring(first, end), radix));
        return end;
    }

    /** <code>${NAME}</code> up to its brace, or to the end of the line. */
    @Override
    public int verbatimEnd(String text, int at) {
        if (!text.startsWith("${", at)) {
            return at;
        }
        int end = text.indexOf('}', at);
        return end < 0 ? text.length() : end + 1;
    }
}
