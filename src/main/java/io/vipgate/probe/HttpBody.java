package io.vipgate.probe;

import java.io.IOException;
import java.io.InputStream;

/**
 * The body of an HTTP answer without its framing: a length said before, chunks, or whatever comes until the end.
 *
 * <p>Confined to the thread of its check. Source: RFC 9112, sections 6.3 and 7.1.
 */
final class HttpBody implements ByteSearch.Source {
    private static final int MAX_CHUNK_LINE = 1024;
    private static final int MAX_CHUNK_DIGITS = 15;
    private static final int HEXADECIMAL = 16;

    private enum Framing {
        LENGTH, CHUNKS, CLOSE
    }

    private final Conversation conversation;
    private final InputStream in;
    private final Framing framing;
    /** Bytes until the end of the body or of the chunk. */
    private long left;
    private boolean first = true;
    private boolean ended;

    /** @param conversation behind the head */
    HttpBody(HttpHead head, Conversation conversation) throws IOException {
        this.conversation = conversation;
        in = conversation.heard();
        framing = head.chunked() ? Framing.CHUNKS : head.length() >= 0 ? Framing.LENGTH : Framing.CLOSE;
        left = framing == Framing.LENGTH ? head.length() : 0;
    }

    /** @throws BadAnswerException if it ends before its end, or a chunk is malformed */
    @Override
    public int read() throws IOException {
        int next = framing == Framing.CLOSE ? in.read() : nextWithin();
        conversation.settle();
        return next;
    }

    private int nextWithin() throws IOException {
        if (left == 0 && !ended) {
            left = framing == Framing.CHUNKS ? nextChunk() : 0;
            ended = left == 0;
            conversation.settle();
        }
        if (ended) {
            return -1;
        }
        int next = readWithin();
        left--;
        return next;
    }

    private long nextChunk() throws IOException {
        if (!first && !line().isEmpty()) {
            throw new BadAnswerException("malformed chunk: longer than it says");
        }
        String line = line();
        first = false;
        int digits = 0;
        while (digits < line.length() && Character.digit(line.charAt(digits), HEXADECIMAL) >= 0) {
            digits++;
        }
        if (digits == 0 || digits > MAX_CHUNK_DIGITS) {
            throw new BadAnswerException("malformed chunk: its length is no number");
        }
        return Long.parseLong(line, 0, digits, HEXADECIMAL);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = readWithin(); next != '\n'; next = readWithin()) {
            if (line.length() == MAX_CHUNK_LINE) {
                throw new BadAnswerException("malformed chunk: its first line does not end");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private int readWithin() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new BadAnswerException("closed within the body");
        }
        return next;
    }
}
