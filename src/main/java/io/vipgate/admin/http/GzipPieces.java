package io.vipgate.admin.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Compressed bytes in pieces, each taken from a share of the heap before it is made: nothing has to be copied into something
 * larger, and what does not fit is known before it is there.
 *
 * <p>Confined to the thread that writes until it is trimmed; then it may be read by many.
 */
final class GzipPieces extends OutputStream {
    private static final int PIECE_BYTES = 16 << 10;

    private final HeapShare share;
    private final List<byte[]> pieces = new ArrayList<>();
    /** Of the last piece. */
    private int filled = PIECE_BYTES;

    GzipPieces(HeapShare share) {
        this.share = share;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[]{(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int written = 0; written < length;) {
            if (filled == PIECE_BYTES) {
                if (!share.take(PIECE_BYTES)) {
                    throw new NoRoomException();
                }
                pieces.add(new byte[PIECE_BYTES]);
                filled = 0;
            }
            int next = Math.min(length - written, PIECE_BYTES - filled);
            System.arraycopy(bytes, offset + written, pieces.getLast(), filled, next);
            filled += next;
            written += next;
        }
    }

    /** Nothing more is written: what the last piece has too much is given back. */
    void trim() {
        if (!pieces.isEmpty()) {
            pieces.set(pieces.size() - 1, Arrays.copyOf(pieces.getLast(), filled));
            share.giveRest(PIECE_BYTES, filled);
        }
    }

    int length() {
        return pieces.stream().mapToInt(piece -> piece.length).sum();
    }

    /** For one reader. */
    InputStream open() {
        return new SequenceInputStream(
                Collections.enumeration(pieces.stream().map(ByteArrayInputStream::new).toList()));
    }

    void writeTo(OutputStream out) throws IOException {
        for (byte[] piece : pieces) {
            out.write(piece);
        }
    }

    /** Gives all of it back. */
    void release() {
        pieces.forEach(piece -> share.give(piece.length));
        pieces.clear();
    }
}
