package io.vipgate.admin.http;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How much of the heap is free. Garbage among the old is not known to be garbage before a collection, so one is asked for where
 * there seems to be too little: it would have to come anyway before the room could be used.
 *
 * <p>Thread-safe.
 */
final class FreeHeap {
    private static final long MIN_BETWEEN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP).toList();
    private long collectedAt = System.nanoTime() - MIN_BETWEEN_NANOS;

    /** Whether there are so many bytes. */
    synchronized boolean has(long bytes) {
        if (free() >= bytes) {
            return true;
        }
        if (System.nanoTime() - collectedAt < MIN_BETWEEN_NANOS) {
            return false;
        }
        System.gc();
        collectedAt = System.nanoTime();
        return free() >= bytes;
    }

    private long free() {
        return Runtime.getRuntime().maxMemory() - pools.stream().mapToLong(FreeHeap::held).sum();
    }

    /** Of new objects, those that the last collection left: most that came since are garbage by now. */
    private static long held(MemoryPoolMXBean pool) {
        MemoryUsage after = pool.getCollectionUsage();
        return pool.getName().contains("Eden") && after != null ? after.getUsed() : pool.getUsage().getUsed();
    }
}
