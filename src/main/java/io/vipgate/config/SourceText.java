package io.vipgate.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** From bytes to text: UTF-8 only, no control characters, each refusal with its line. <b>Stateless.</b> */
final class SourceText {
    private SourceText() {}

    /** The text without a byte order mark; empty when a problem was reported. */
    static Optional<String> decode(byte[] content, Problems problems) {
        if (startsWith(content, 0xFE, 0xFF) || startsWith(content, 0xFF, 0xFE)) {
            problems.error(1, KeyPath.ROOT, "the file is UTF-16 (expected: UTF-8)");
            return Optional.empty();
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer chars = CharBuffer.allocate(content.length + 1);
        CoderResult result = decoder.decode(ByteBuffer.wrap(content), chars, true);
        String text = chars.flip().toString();
        if (result.isError()) {
            problems.error(lineAt(text, text.length()), KeyPath.ROOT, "not valid UTF-8 (expected: UTF-8)");
            return Optional.empty();
        }
        text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int c = text.codePointAt(i);
            if (!isAllowed(c)) {
                problems.error(lineAt(text, i), KeyPath.ROOT, String.format(
                        "the character U+%04X (expected: text without control characters)", c));
                return Optional.empty();
            }
        }
        return Optional.of(text);
    }

    /** YAML 1.2 section 5.1, without the byte order mark inside the text. */
    private static boolean isAllowed(int c) {
        return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0x7E) || c == 0x85
                || (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF) || c >= 0x10000;
    }

    private static int lineAt(String text, int end) {
        int line = 1;
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'))) {
                line++;
            }
        }
        return line;
    }

    private static boolean startsWith(byte[] content, int first, int second) {
        return content.length >= 2 && (content[0] & 0xFF) == first && (content[1] & 0xFF) == second;
    }
}
