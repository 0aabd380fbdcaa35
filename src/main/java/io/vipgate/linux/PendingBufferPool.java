package io.vipgate.linux;

import java.util.ArrayDeque;
import java.util.List;

/**
 * Buffers for the pending bytes of one event loop's relays, in three sizes. Keeps a few for reuse and frees the rest, so that a burst of
 * slow readers does not stay in the process's memory. While much is in use, {@link #readLimit()} asks for small reads:
 * what one blocked relay can hold then is 4 KiB.
 *
 * <p>Confined to its event loop.
 */
public final class PendingBufferPool {
    private static final int[] SIZES = {4 << 10, 16 << 10, 64 << 10};
    private static final long KEEP_BYTES = 2 << 20;
    private static final long MUCH_BYTES = 16 << 20;

    private final List<ArrayDeque<PendingBuffer>> free = List.of(new ArrayDeque<>(),
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
     * Copies bytes into a buffer.
     *
     * @param bytes how many, at most 64 KiB
     */
    public PendingBuffer keep(long address, int bytes) {
        int size = sizeFor(bytes);
        PendingBuffer pooled = free.get(size).pollLast();
        PendingBuffer pending;
        if (pooled == null) {
            pending = new PendingBuffer(SIZES[size]);
        } else {
            pending = pooled;
            kept -= pending.capacity();
        }
        inUse += pending.capacity();
        pending.fill(address, bytes);
        return pending;
    }

    /** Takes a buffer back; what it still holds is dropped. */
    public void release(PendingBuffer pending) {
        inUse -= pending.capacity();
        pending.empty();
        if (kept + pending.capacity() > KEEP_BYTES) {
            pending.free();
        } else {
            kept += pending.capacity();
            free.get(sizeFor(pending.capacity())).addLast(pending);
        }
    }

    /** Frees what waits for reuse. */
    public void close() {
        for (ArrayDeque<PendingBuffer> pooled : free) {
            for (PendingBuffer pending = pooled.pollLast(); pending != null; pending = pooled.pollLast()) {
                pending.free();
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
