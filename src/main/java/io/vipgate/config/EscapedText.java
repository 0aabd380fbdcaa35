package io.vipgate.config;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Bytes written as text with C's escapes: {@code \r \n \t \0 \xHH \\ \"}; everything else stands for its UTF-8
 * bytes. <b>Immutable.</b>
 *
 * @param text as written
 */
public record EscapedText(String text) {
    /** Refuses a text with an unknown or unfinished escape. */
    public EscapedText {
        try {
            decode(text);
        } catch (BadValueException e) {
            throw new IllegalArgumentException(text + " (" + e.rule() + ")", e);
        }
    }

    static EscapedText parse(String text) throws BadValueException {
        decode(text);
        return new EscapedText(text);
    }

    /** The bytes meant; a new array each time. */
    public byte[] bytes() {
        try {
            return decode(text);
        } catch (BadValueException e) {
            throw new AssertionError("checked when made", e);
        }
    }

    /** Whether it stands for no bytes. */
    public boolean isEmpty() {
        return text.isEmpty();
    }

    private static byte[] decode(String text) throws BadValueException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length();) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c != '\\') {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            char escape = i < text.length() ? text.charAt(i++) : ' ';
            switch (escape) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case 't' -> out.write('\t');
                case '0' -> out.write(0);
                case '\\', '"' -> out.write(escape);
                case 'x' -> {
                    out.write(hexByte(text, i));
                    i += 2;
                }
                default -> throw BadValueException.expected("after a backslash one of r, n, t, 0, xHH, \\ or \"");
            }
        }
        return out.toByteArray();
    }

    private static int hexByte(String text, int at) throws BadValueException {
        int high = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
        int low = at + 1 < text.length() ? Character.digit(text.charAt(at + 1), 16) : -1;
        if (high < 0 || low < 0) {
            throw BadValueException.expected("two hexadecimal digits after \\x");
        }
        return high << 4 | low;
    }

    @Override
    public String toString() {
        return text;
    }
}
