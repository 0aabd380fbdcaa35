package io.vipgate.pool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bound on something that is counted over all loops, kept exactly.
 *
 * <p>Thread-safe.
 */
public final class ConnectionLimit {
    private final AtomicInteger present = new AtomicInteger();
    private volatile int most;

    /**
     * Makes a bound with nothing counted.
     *
     * @param most the bound, 0 for none
     */
    public ConnectionLimit(int most) {
        this.most = most;
    }

    /** The bound, 0 for none. */
    public int most() {
        return most;
    }

    /** Changes the bound; what is above it stays. */
    public void most(int newMost) {
        most = newMost;
    }

    /** How many there are. */
    public int present() {
        return present.get();
    }

    /** True at the bound. A hint: only {@link #tryAcquire()} decides. */
    public boolean isReached() {
        int bound = most;
        return bound != 0 && present.get() >= bound;
    }

    /**
     * Counts one more, unless that would exceed the bound.
     *
     * @return false at the bound
     */
    public boolean tryAcquire() {
        int bound = most;
        if (bound == 0) {
            present.getAndIncrement();
            return true;
        }
        int now = present.get();
        while (now < bound) {
            int witness = present.compareAndExchange(now, now + 1);
            if (witness == now) {
                return true;
            }
            now = witness;
        }
        return false;
    }

    /** Counts one more, whatever the bound. */
    void acquire() {
        present.getAndIncrement();
    }

    /** Counts one less. */
    public void release() {
        int left = present.decrementAndGet();
        assert left >= 0 : left;
    }
}
