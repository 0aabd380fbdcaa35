package io.vipgate.probe;

import java.io.IOException;

/**
 * Looks for a run of bytes in a stream of them, in one pass and without keeping the stream: the algorithm of Knuth,
 * Morris and Pratt. That the bytes come in pieces makes no difference.
 *
 * <p>Immutable.
 */
final class ByteSearch {
    /** How much of a stream is searched. */
    static final int MAX_BYTES = 64 << 10;

    /** Where the bytes come from. */
    @FunctionalInterface
    interface Source {
        /** The next byte, -1 at the end. */
        int read() throws IOException;
    }

    /** What came of a search. */
    enum Outcome {
        /** It is there. */
        FOUND,
        /** The stream ended without it. */
        ENDED,
        /** It is not in what is searched of the stream. */
        BOUND_REACHED
    }

    private final byte[] wanted;
    /** For each length of a partial match, the length of the longest shorter one that it ends in. */
    private final int[] shorter;

    /** Prepares a search; no bytes are found at once. */
    ByteSearch(byte[] wanted) {
        this.wanted = wanted.clone();
        shorter = new int[wanted.length + 1];
        for (int end = 1, length = 0; end < wanted.length; end++) {
            length = extend(length, wanted[end]);
            shorter[end + 1] = length;
        }
    }

    /** A search of one stream, from its beginning on. */
    Progress begin() {
        return new Progress();
    }

    /** How far a search has come. What its source throws ends it for now; it goes on where it was. Not thread-safe. */
    final class Progress {
        private int length;
        private int read;

        private Progress() {}

        /** Reads until the bytes are found, the stream ends or {@link #MAX_BYTES} are read, whatever comes first. */
        Outcome in(Source source) throws IOException {
            while (length < wanted.length) {
                if (read == MAX_BYTES) {
                    return Outcome.BOUND_REACHED;
                }
                int next = source.read();
                if (next < 0) {
                    return Outcome.ENDED;
                }
                length = extend(length, (byte) next);
                read++;
            }
            return Outcome.FOUND;
        }
    }

    private int extend(int length, byte next) {
        int match = length;
        while (match > 0 && wanted[match] != next) {
            match = shorter[match];
        }
        return wanted[match] == next ? match + 1 : match;
    }
}
