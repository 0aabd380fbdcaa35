package io.vipgate.pool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a listener has of the {@link RelayRoom}: the places that it keeps, and those of the common ones that it has taken
 * besides. Exact over all loops; a connection within the kept part touches nothing that other listeners touch.
 *
 * <p>Thread-safe.
 */
public final class ListenerRoom {
    private final ConnectionLimit common;
    /** Kept places in use. */
    private final AtomicInteger own = new AtomicInteger();
    /** Common places in use. */
    private final AtomicInteger borrowed = new AtomicInteger();
    private volatile int kept;

    ListenerRoom(ConnectionLimit common) {
        this.common = common;
    }

    /** Places that no other listener can take. */
    public int kept() {
        return kept;
    }

    /** Places in use. */
    public int present() {
        return own.get() + borrowed.get();
    }

    /** Takes a place; false when the kept ones and the common ones are in use. */
    public boolean tryAcquire() {
        int bound = kept;
        int now = own.get();
        while (now < bound) {
            int witness = own.compareAndExchange(now, now + 1);
            if (witness == now) {
                return true;
            }
            now = witness;
        }
        if (common.tryAcquire()) {
            borrowed.getAndIncrement();
            return true;
        }
        return false;
    }

    /** Gives a place back, a common one first. */
    public void release() {
        int now = borrowed.get();
        while (now > 0) {
            int witness = borrowed.compareAndExchange(now, now - 1);
            if (witness == now) {
                common.release();
                return;
            }
            now = witness;
        }
        int left = own.decrementAndGet();
        assert left >= 0 : left;
    }

    /** Keeps so many places from now on; those in use above that count as common ones. On the control thread. */
    void keep(int places) {
        kept = places;
        for (int excess = own.get() - places; excess > 0; excess--) {
            // In this order a place that is given back meanwhile is never missing.
            common.acquire();
            borrowed.getAndIncrement();
            own.getAndDecrement();
        }
    }
}
