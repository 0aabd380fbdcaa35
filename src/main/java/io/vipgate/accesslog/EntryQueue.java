package io.vipgate.accesslog;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from one event loop to the writer, without locks: a ring whose slots are filled and emptied in place.
 * When it is full, what comes is counted and lost.
 *
 * <p>Confined: {@link #claim} and {@link #publish} to the event loop, {@link #peek} and {@link #release} to the writer.
 * {@link #dropped} is thread-safe.
 */
final class EntryQueue {
    private final @Nullable Entry[] slots;
    private final int mask;
    /** Entries published so far: written by the loop. */
    private final AtomicLong published = new AtomicLong();
    /** Entries released so far: written by the writer. */
    private final AtomicLong released = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    /** What the loop last knew of {@link #released}. */
    private long knownReleased;
    /** What the writer last knew of {@link #published}. */
    private long knownPublished;

    /**
     * Makes an empty queue.
     *
     * @param capacity a power of two
     */
    EntryQueue(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity: " + capacity + " (expected: a power of two)");
        }
        slots = new @Nullable Entry[capacity];
        mask = capacity - 1;
    }

    /** A slot to fill; null when there is none, which is counted. */
    @Nullable
    Entry claim() {
        long next = published.getPlain();
        if (next - knownReleased > mask) {
            knownReleased = released.getAcquire();
            if (next - knownReleased > mask) {
                dropped.setOpaque(dropped.getPlain() + 1);
                return null;
            }
        }
        int index = (int) next & mask;
        Entry slot = slots[index];
        if (slot == null) {
            slot = new Entry();
            slots[index] = slot;
        }
        return slot;
    }

    /** Hands the claimed slot over. */
    void publish() {
        published.setRelease(published.getPlain() + 1);
    }

    /** The oldest entry; null when there is none. */
    @Nullable
    Entry peek() {
        long next = released.getPlain();
        if (next == knownPublished) {
            knownPublished = published.getAcquire();
            if (next == knownPublished) {
                return null;
            }
        }
        return slots[(int) next & mask];
    }

    /** Gives the slot of the oldest entry back. */
    void release() {
        released.setRelease(released.getPlain() + 1);
    }

    /** Entries that found no slot. */
    long dropped() {
        return dropped.getOpaque();
    }
}
