package io.vipgate.admin.http;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;

/**
 * What answers may take of the heap: an eighth where they wait for their readers, and what is free while one is made. One is
 * made at a time.
 *
 * <p>Thread-safe.
 */
public final class HeapShare {
    private static final int UNIT_BYTES = 1 << 10;
    private static final int PARTS = 8;
    /** Left free for all else. */
    private static final int SPARE_PARTS = 64;
    private static final long MAX_WAIT_SECONDS = 10;

    private final Semaphore units;
    private final Semaphore making = new Semaphore(1, true);
    private final long heapBytes;
    private final LongPredicate isFree;

    /**
     * A share of a heap.
     *
     * @param isFree whether so many bytes of it are free
     */
    public HeapShare(long maxHeapBytes, LongPredicate isFree) {
        units = new Semaphore(Math.clamp(maxHeapBytes / PARTS / UNIT_BYTES, 1, Integer.MAX_VALUE));
        heapBytes = maxHeapBytes;
        this.isFree = isFree;
    }

    /** Of the heap of this process. */
    public static HeapShare ofThisProcess() {
        return new HeapShare(Runtime.getRuntime().maxMemory(), new FreeHeap()::has);
    }

    /** Room in which one answer is made, until it is closed. */
    public interface Making extends AutoCloseable {
        @Override
        void close();
    }

    /** So much of the heap as if it were shared out to so many. */
    public long part(int parts) {
        return heapBytes / parts;
    }

    /**
     * Waits until no other answer is being made.
     *
     * @param bytes what is held while it is made, besides its text
     * @throws NoRoomException if so much of the heap is not free, or others take too long
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public Making begin(long bytes) throws NoRoomException, InterruptedException {
        if (!making.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new NoRoomException();
        }
        if (!isFree.test(bytes + part(SPARE_PARTS))) {
            making.release();
            throw new NoRoomException();
        }
        return making::release;
    }

    /** Takes room for so many bytes, if there is any. */
    boolean take(int bytes) {
        return units.tryAcquire(units(bytes));
    }

    void give(int bytes) {
        units.release(units(bytes));
    }

    /** Of so many bytes that were taken, fewer are kept. */
    void giveRest(int taken, int kept) {
        units.release(units(taken) - units(kept));
    }

    private static int units(int bytes) {
        return (bytes + UNIT_BYTES - 1) / UNIT_BYTES;
    }
}
