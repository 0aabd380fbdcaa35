package io.vipgate.access;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads a file of networks line by line, without an object for any of them. A comment goes from {@code #} or {@code ;} to the end of
 * its line; blanks around a network, carriage returns and a byte order mark do not count.
 *
 * <p>Confined to one thread.
 */
final class PrefixFile {
    /** Longest line in bytes, comment and leading blanks not counted. */
    static final int MAX_LINE = 200;
    /** Largest file. */
    static final long MAX_BYTES = 256L << 20;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] UTF_16_BIG = {(byte) 0xfe, (byte) 0xff};
    private static final byte[] UTF_16_LITTLE = {(byte) 0xff, (byte) 0xfe};

    private final byte[] buffer = new byte[1 << 16];
    private final byte[] line = new byte[MAX_LINE];

    /** Takes what a file has. */
    interface Lines {
        /**
         * A line that is not empty.
         *
         * @param number from 1
         * @param text what it has before its comment; the array is used again
         * @param length of it; more than {@link #MAX_LINE} when that is only its beginning
         * @return whether to go on
         */
        boolean onLine(int number, byte[] text, int length);
    }

    /**
     * Reads one.
     *
     * @throws CharacterCodingException for UTF-16
     * @throws IOException when it can't be read
     */
    void read(Path file, Lines lines) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            int number = 1;
            int length = 0;
            boolean isComment = false;
            // All of a small file, so that its first bytes are there together.
            int count = in.readNBytes(buffer, 0, buffer.length);
            if (begins(count, UTF_16_BIG) || begins(count, UTF_16_LITTLE)) {
                throw new CharacterCodingException();
            }
            int from = begins(count, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
            while (count > 0) {
                for (int i = from; i < count; i++) {
                    byte next = buffer[i];
                    if (next == '\n') {
                        if (!end(number, length, lines)) {
                            return;
                        }
                        number++;
                        length = 0;
                        isComment = false;
                    } else if (next == '#' || next == ';') {
                        isComment = true;
                    } else if (!isComment && !(length == 0 && isBlank(next))) {
                        if (length < MAX_LINE) {
                            line[length] = next;
                        }
                        length = Math.min(length + 1, MAX_LINE + 1);
                    }
                }
                from = 0;
                count = in.readNBytes(buffer, 0, buffer.length);
            }
            end(number, length, lines);
        }
    }

    private boolean begins(int count, byte[] mark) {
        return count >= mark.length && Arrays.equals(buffer, 0, mark.length, mark, 0, mark.length);
    }

    private boolean end(int number, int length, Lines lines) {
        int end = length;
        while (end > 0 && end <= MAX_LINE && isBlank(line[end - 1])) {
            end--;
        }
        return end == 0 || lines.onLine(number, line, end);
    }

    private static boolean isBlank(byte next) {
        return next == ' ' || next == '\t' || next == '\r';
    }
}
