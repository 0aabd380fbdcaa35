package io.vipgate.linux;

import java.util.ArrayDeque;

/**
 * Memory for the tails of one event loop, in three sizes. Keeps a few for reuse and frees the rest, so that a burst of
 * slow readers does not stay in the process's memory. While much is in use, {@link #readLimit()} asks for small reads:
 * what one blocked relay can hold then is 4 KiB.
 *
 * <p>Confined to its event loop.
 */
public final class PendingBufferPool {
    private static final int[] SIZES = {4 << 10, 16 << 10, 64 << 10};
    private static final long KEEP_BYTES = 2 << 20;
    private static final long MUCH_BYTES = 16 << 20;

    private final java.util.List<ArrayDeque<PendingBuffer>> free = java.util.List.of(new ArrayDeque<>(),
            new ArrayDeque<>(),
            new ArrayDeque<>());
    private final int largestRead;
    private long inUse;
    private long kept;

    /**
     * Makes an empty pool.
     *
     * @param largestRead bytes of the largest read, at most 64 KiB
     */
    public PendingBufferPool(int largestRead) {
        assert largestRead <= SIZES[SIZES.length - 1];
        this.largestRead = largestRead;
    }

    /** How many bytes a relay may read at once, given what slow readers already hold. */
    public int readLimit() {
        return inUse < MUCH_BYTES ? largestRead : SIZES[0];
    }

    /** Bytes of memory handed out. */
    public long inUse() {
        return inUse;
    }

    /**
     * Copies bytes into a tail.
     *
     * @param bytes how many, at most 64 KiB
     */
    public PendingBuffer keep(long address, int bytes) {
        int size = sizeFor(bytes);
        PendingBuffer pooled = free.get(size).pollLast();
        PendingBuffer tail;
        if (pooled == null) {
            tail = new PendingBuffer(SIZES[size]);
        } else {
            tail = pooled;
            kept -= tail.capacity();
        }
        inUse += tail.capacity();
        tail.fill(address, bytes);
        return tail;
    }

    /** Takes a tail back; what it still holds is dropped. */
    public void release(PendingBuffer tail) {
        inUse -= tail.capacity();
        tail.empty();
        if (kept + tail.capacity() > KEEP_BYTES) {
            tail.free();
        } else {
            kept += tail.capacity();
            free.get(sizeFor(tail.capacity())).addLast(tail);
        }
    }

    /** Frees what waits for reuse. */
    public void close() {
        for (ArrayDeque<PendingBuffer> pendingBuffers : free) {
            for (PendingBuffer tail = pendingBuffers.pollLast(); tail != null; tail = pendingBuffers.pollLast()) {
                tail.free();
            }
        }
        kept = 0;
    }

    private static int sizeFor(int bytes) {
        int size = 0;
        while (SIZES[size] < bytes) {
            size++;
        }
        return size;
    }
}
