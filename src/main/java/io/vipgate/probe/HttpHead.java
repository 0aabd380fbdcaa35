package io.vipgate.probe;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The status and the header fields of an HTTP answer, as far as a probe needs them.
 *
 * <p>Immutable. Source: RFC 9112, sections 2.2, 4 and 6.3.
 *
 * @param status of the final answer; interim ones before it are skipped
 * @param chunked whether the body comes in chunks
 * @param length of the body, -1 when it isn't said
 */
record HttpHead(int status, boolean chunked, long length) {
    /** Most bytes before the body, those of interim answers included. */
    static final int MAX_BYTES = 64 << 10;

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-9][0-9]{2})(?: .*)?",
            Pattern.DOTALL);
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int FIRST_FINAL = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int SHOWN = 40;

    /**
     * Reads up to the body.
     *
     * @throws BadAnswerException if that isn't HTTP, too long, or ends early
     */
    static HttpHead read(InputStream in) throws IOException {
        Lines lines = new Lines(in, MAX_BYTES);
        HttpHead head = readOne(lines);
        while (head.isInterim()) {
            head = readOne(lines);
        }
        return head;
    }

    /** Whether the answer is only there to say that the final one is on its way. */
    private boolean isInterim() {
        return status < FIRST_FINAL && status != SWITCHING_PROTOCOLS;
    }

    private static HttpHead readOne(Lines lines) throws IOException {
        String first = lines.next();
        Matcher matcher = STATUS_LINE.matcher(first);
        if (!matcher.matches()) {
            throw new BadAnswerException("not HTTP/1.1: " + first.substring(0, Math.min(first.length(), SHOWN)));
        }
        int status = Integer.parseInt(matcher.group(1));
        boolean isChunked = false;
        long length = -1;
        for (String line = lines.nextField(); !line.isEmpty(); line = lines.nextField()) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            if (name.equals("transfer-encoding")) {
                isChunked = value.toLowerCase(Locale.ROOT).endsWith("chunked");
            } else if (name.equals("content-length")) {
                length = lengthOf(value, length);
            }
        }
        // Section 6.3: such an answer never has a body, whatever it says; chunks are stronger than a length.
        boolean isWithout = status < FIRST_FINAL || status == NO_CONTENT || status == NOT_MODIFIED;
        return new HttpHead(status, isChunked && !isWithout, isWithout ? 0 : isChunked ? -1 : length);
    }

    /**
     * RFC 9110, section 8.6: a length that is said more than once, in one field or in several, is that length.
     *
     * @param known what was said before, -1 for nothing
     */
    private static long lengthOf(String value, long known) throws BadAnswerException {
        long length = known;
        for (String each : value.split(",", -1)) {
            String digits = each.strip();
            if (!LENGTH.matcher(digits).matches()) {
                throw new BadAnswerException("Content-Length is no number: " + value);
            }
            long next = Long.parseLong(digits);
            if (length >= 0 && length != next) {
                throw new BadAnswerException("Content-Length differs: " + length + " and " + next);
            }
            length = next;
        }
        return length;
    }

    /**
     * Lines that end in CR LF or in LF alone, all together not longer than a bound.
     *
     * <p>Confined to the thread of its check.
     */
    static final class Lines {
        private final InputStream in;
        private int left;
        /** Read too far to see whether it goes on with the line before; null for nothing. */
        private @Nullable String ahead;

        Lines(InputStream in, int bound) {
            this.in = in;
            left = bound;
        }

        /** The next line with those that continue it, which begin with white space (RFC 9112, section 5.2). */
        String nextField() throws IOException {
            String first = ahead == null ? next() : ahead;
            ahead = null;
            if (first.isEmpty()) {
                return first;
            }
            StringBuilder field = new StringBuilder(first);
            String following = next();
            while (following.startsWith(" ") || following.startsWith("\t")) {
                field.append(' ').append(following.strip());
                following = next();
            }
            ahead = following;
            return field.toString();
        }

        String next() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new BadAnswerException(line.isEmpty() && left == MAX_BYTES
                            ? "closed without an answer"
                            : "closed within the header");
                }
                if (--left <= 0) {
                    throw new BadAnswerException("header is longer than " + (MAX_BYTES >> 10) + " KiB");
                }
                line.append((char) next);
            }
            left--;
            int end = line.length() - 1;
            if (end >= 0 && line.charAt(end) == '\r') {
                line.setLength(end);
            }
            return line.toString();
        }
    }
}
