package io.vipgate.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * An endpoint's answer, read in numbers, runs of bytes and lines, and of a bounded length in all.
 *
 * <p>Confined to the thread of its check.
 */
final class AnswerBytes {
    private static final int MAX_BYTES = 64 << 10;

    private final InputStream in;
    private int left = MAX_BYTES;

    AnswerBytes(InputStream in) {
        this.in = in;
    }

    /**
     * The next byte, 0 to 255.
     *
     * @throws BadAnswerException at the end, and past 64 KiB
     */
    int next() throws IOException {
        if (--left < 0) {
            throw new BadAnswerException("answer is longer than " + (MAX_BYTES >> 10) + " KiB");
        }
        int next = in.read();
        if (next < 0) {
            throw new BadAnswerException(
                    left == MAX_BYTES - 1 ? "closed without an answer" : "closed within the answer");
        }
        return next;
    }

    /** So many bytes as a number, the most significant one first. */
    long number(int bytes) throws IOException {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = number << Byte.SIZE | next();
        }
        return number;
    }

    /** So many bytes. */
    byte[] next(long bytes) throws IOException {
        if (bytes < 0 || bytes > left) {
            throw new BadAnswerException("answer is longer than " + (MAX_BYTES >> 10) + " KiB");
        }
        byte[] next = new byte[(int) bytes];
        for (int i = 0; i < next.length; i++) {
            next[i] = (byte) next();
        }
        return next;
    }

    /** Up to the next line feed, without it and without a carriage return before it; in ISO 8859-1. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = next(); next != '\n'; next = next()) {
            line.append((char) next);
        }
        int end = line.length() - 1;
        if (end >= 0 && line.charAt(end) == '\r') {
            line.setLength(end);
        }
        return line.toString();
    }

    /** Text that ends at a zero byte or at the end of the bytes. */
    static String text(byte[] bytes, int from) {
        int end = from;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, Math.min(from, bytes.length), Math.max(0, end - from), StandardCharsets.UTF_8);
    }
}
