package io.vipgate.admin.http;

import java.util.concurrent.Semaphore;

/**
 * The part of the heap that answers may hold while they wait for their readers: an eighth.
 *
 * <p>Thread-safe.
 */
public final class HeapShare {
    private static final int UNIT_BYTES = 1 << 10;
    private static final long PARTS = 8;

    private final Semaphore units;

    /** A share of a heap of so many bytes. */
    public HeapShare(long maxHeapBytes) {
        units = new Semaphore(Math.clamp(maxHeapBytes / PARTS / UNIT_BYTES, 1, Integer.MAX_VALUE));
    }

    /** Of the heap of this process. */
    public static HeapShare ofThisProcess() {
        return new HeapShare(Runtime.getRuntime().maxMemory());
    }

    /** Takes room for so many bytes, if there is any. */
    boolean take(int bytes) {
        return units.tryAcquire(units(bytes));
    }

    void give(int bytes) {
        units.release(units(bytes));
    }

    private static int units(int bytes) {
        return bytes / UNIT_BYTES + 1;
    }
}
