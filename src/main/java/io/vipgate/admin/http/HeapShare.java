package io.vipgate.admin.http;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;

/**
 * The parts of the heap that answers may take: an eighth for those that wait for their readers, and as much again, if it is
 * free, while one is made. One is made at a time.
 *
 * <p>Thread-safe.
 */
public final class HeapShare {
    private static final int UNIT_BYTES = 1 << 10;
    private static final long PARTS = 8;
    private static final long MAX_WAIT_SECONDS = 10;

    private final Semaphore units;
    private final Semaphore making = new Semaphore(1, true);
    private final long makingBytes;
    private final LongPredicate isFree;

    /**
     * A share of a heap.
     *
     * @param isFree whether so many bytes of it are free
     */
    public HeapShare(long maxHeapBytes, LongPredicate isFree) {
        units = new Semaphore(Math.clamp(maxHeapBytes / PARTS / UNIT_BYTES, 1, Integer.MAX_VALUE));
        makingBytes = maxHeapBytes / PARTS;
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

    /**
     * Waits until no other answer is being made.
     *
     * @param part of what may be taken while one is made: 1 all of it, 2 a half
     * @throws NoRoomException if so much of the heap is not free, or others take too long
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public Making begin(int part) throws NoRoomException, InterruptedException {
        if (!making.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new NoRoomException();
        }
        if (!isFree.test(makingBytes / part)) {
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
