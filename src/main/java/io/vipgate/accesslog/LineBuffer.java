package io.vipgate.accesslog;

import io.vipgate.text.IpText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Lines that wait to be written, as ASCII. Grows when a line asks for it.
 *
 * <p>Confined to the writer's thread.
 */
final class LineBuffer {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_NUMBER = 20;

    private byte[] bytes = new byte[1 << 10];
    private int size;
    private int lines;

    int size() {
        return size;
    }

    /** Lines that have an end. */
    int lines() {
        return lines;
    }

    boolean isEmpty() {
        return size == 0;
    }

    LineBuffer append(char ascii) {
        reserve(1);
        bytes[size++] = (byte) ascii;
        return this;
    }

    /** Appends text that is known to be ASCII and to need no escape. */
    LineBuffer append(String ascii) {
        int length = ascii.length();
        reserve(length);
        for (int i = 0; i < length; i++) {
            bytes[size++] = (byte) ascii.charAt(i);
        }
        return this;
    }

    LineBuffer append(long number) {
        if (number < 0) {
            return append(Long.toString(number));
        }
        reserve(LONGEST_NUMBER);
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = size + digits - 1; i >= size; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += digits;
        return this;
    }

    /** Appends a number with at least so many digits. */
    LineBuffer append(long number, int digits) {
        long bound = 10;
        for (int i = 1; i < digits; i++) {
            if (number < bound) {
                append('0');
            }
            bound *= 10;
        }
        return append(number);
    }

    LineBuffer hex(int number, int digits) {
        reserve(digits);
        for (int i = digits - 1; i >= 0; i--) {
            bytes[size++] = HEX[number >>> (4 * i) & 0xF];
        }
        return this;
    }

    /** Appends an IPv6 address in the form of RFC 5952. */
    LineBuffer appendIpv6(long high, long low) {
        reserve(IpText.MAX_BYTES);
        size = IpText.writeIpv6(high, low, bytes, size);
        return this;
    }

    LineBuffer endLine() {
        lines++;
        return append('\n');
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
        }
    }

    /** What is in the buffer. */
    ByteBuffer content() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    /** Removes bytes from the front. */
    void discard(int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                lines--;
            }
        }
        System.arraycopy(bytes, count, bytes, 0, size - count);
        size -= count;
    }

    @Override
    public String toString() {
        return new String(bytes, 0, size, StandardCharsets.US_ASCII);
    }
}
