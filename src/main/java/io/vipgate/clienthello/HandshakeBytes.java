package io.vipgate.clienthello;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The handshake messages within TLS records, read one byte after the other without a copy (RFC 8446 section 5.1: a message may be
 * split over records wherever it likes). Every method that reads throws nothing: what ends too early, or is no record of a
 * handshake, is told by {@link #state}, and reads give zeros from then on.
 *
 * <p>Confined to its event loop.
 */
final class HandshakeBytes {
    /** Type, version, length. */
    static final int RECORD_HEAD_BYTES = 5;
    /** Content type of a handshake record (RFC 8446 section 5.1). */
    static final int HANDSHAKE = 22;
    /** Content types that records of TLS can have: change_cipher_spec to heartbeat (RFC 6520 section 6). */
    static final int FIRST_CONTENT = 20;
    static final int LAST_CONTENT = 24;
    private static final int MAX_RECORD_BYTES = 1 << 14;

    /** How reading has gone so far. */
    enum State {
        /** All that was asked for was there. */
        FINE,
        /** More has to come. */
        SHORT,
        /** Something else than records of a handshake. */
        FOREIGN
    }

    private MemorySegment bytes = MemorySegment.NULL;
    private int length;
    private int position;
    private int recordEnd;
    /** Handshake bytes that were read. */
    private int count;
    private State state = State.FINE;

    /** Begins at the first record of what has come. */
    void begin(MemorySegment newBytes, int newLength) {
        bytes = newBytes;
        length = newLength;
        position = 0;
        recordEnd = 0;
        count = 0;
        state = State.FINE;
    }

    State state() {
        return state;
    }

    /** Handshake bytes that were read or skipped. */
    int count() {
        return count;
    }

    /** Bytes of the connection up to here, the records' heads included. */
    int taken() {
        return position;
    }

    /** The next byte, 0 to 255. */
    int one() {
        if (!isAtByte()) {
            return 0;
        }
        count++;
        return octet(position++);
    }

    /** The next two bytes. */
    int two() {
        int high = one() << 8;
        return high | one();
    }

    /** The next three bytes. */
    int three() {
        int high = two() << 8;
        return high | one();
    }

    /** Passes over bytes. */
    void skip(int bytesToSkip) {
        int rest = bytesToSkip;
        while (rest > 0 && isAtByte()) {
            int step = Math.min(rest, Math.min(recordEnd, length) - position);
            position += step;
            count += step;
            rest -= step;
        }
    }

    /** Copies bytes. */
    void copy(byte[] target, int at, int bytesToCopy) {
        int done = 0;
        while (done < bytesToCopy && isAtByte()) {
            int step = Math.min(bytesToCopy - done, Math.min(recordEnd, length) - position);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, target, at + done, step);
            position += step;
            count += step;
            done += step;
        }
    }

    /** Whether there is a byte to read; goes on to the next record where one has ended. */
    private boolean isAtByte() {
        if (state == State.FINE && position == recordEnd) {
            openRecord();
        }
        if (state == State.FINE && position >= length) {
            state = State.SHORT;
        }
        return state == State.FINE;
    }

    private void openRecord() {
        int head = position;
        if ((head < length && octet(head) != HANDSHAKE) || (head + 1 < length && octet(head + 1) != 3)) {
            state = State.FOREIGN;
        } else if (length - head < RECORD_HEAD_BYTES) {
            state = State.SHORT;
        } else {
            int size = octet(head + 3) << 8 | octet(head + 4);
            if (size == 0 || size > MAX_RECORD_BYTES) {
                state = State.FOREIGN;
                return;
            }
            position = head + RECORD_HEAD_BYTES;
            recordEnd = position + size;
        }
    }

    /**
     * How many bytes must have come, at least, before so many more of the handshake can be read. More are needed where they are
     * split over several records.
     *
     * @param more handshake bytes, 1 or more
     */
    long needed(int more) {
        int inRecord = recordEnd - position;
        if (inRecord >= more) {
            return position + (long) more;
        }
        int behind = more - inRecord;
        int records = (behind + MAX_RECORD_BYTES - 1) / MAX_RECORD_BYTES;
        return recordEnd + (long) records * RECORD_HEAD_BYTES + behind;
    }

    private int octet(int at) {
        return bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }
}
