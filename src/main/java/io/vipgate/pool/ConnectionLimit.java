package io.vipgate.pool;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * A bound on something that is counted over all loops, kept exactly.
 *
 * <p>Thread-safe.
 */
public final class ConnectionLimit {
    /** In the object itself: rules look at many of these for one connection. */
    private static final AtomicIntegerFieldUpdater<ConnectionLimit> PRESENT = AtomicIntegerFieldUpdater
            .newUpdater(ConnectionLimit.class, "present");

    private static final AtomicIntegerFieldUpdater<ConnectionLimit> FINISHED = AtomicIntegerFieldUpdater
            .newUpdater(ConnectionLimit.class, "finished");

    private volatile int present;
    private volatile int most;
    /** Of those that there are. */
    private volatile int finished;

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
        return present;
    }

    /** Those of them whose work is done, where that is counted: they hold their place, and are no load. */
    public int finished() {
        return finished;
    }

    /** How many there are without those that are finished. A hint while others change it, and never negative. */
    public int load() {
        return Math.max(0, present - finished);
    }

    /** The work of one of them is done; {@link #forgetFinished} takes that back, before its place is given back. */
    void finish() {
        FINISHED.getAndIncrement(this);
    }

    void forgetFinished() {
        int left = FINISHED.decrementAndGet(this);
        assert left >= 0 : left;
    }

    /** True at the bound. A hint: only {@link #tryAcquire()} decides. */
    public boolean isReached() {
        int bound = most;
        return bound != 0 && present >= bound;
    }

    /**
     * Counts one more, unless that would exceed the bound.
     *
     * @return false at the bound
     */
    public boolean tryAcquire() {
        int bound = most;
        if (bound == 0) {
            PRESENT.getAndIncrement(this);
            return true;
        }
        for (int now = present; now < bound; now = present) {
            if (PRESENT.compareAndSet(this, now, now + 1)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Counts one more, if there is room for so many others after it.
     *
     * @param spare places that are to stay free
     * @return false when there is not
     */
    public boolean tryAcquireLeaving(int spare) {
        int bound = most;
        if (bound == 0) {
            return tryAcquire();
        }
        for (int now = present; now < bound - spare; now = present) {
            if (PRESENT.compareAndSet(this, now, now + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Counts one more, whatever the bound. */
    void acquire() {
        PRESENT.getAndIncrement(this);
    }

    /** Counts one less. */
    public void release() {
        int left = PRESENT.decrementAndGet(this);
        assert left >= 0 : left;
    }
}
