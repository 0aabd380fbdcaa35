package io.vipgate.access;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * How many connections one source has open. It is in its table only while that is above zero, and all of the source's
 * connections hold it; once at zero it stays there, and the next connection makes another one.
 *
 * <p>Thread-safe, without a lock.
 */
final class OpenCount implements SourceHold {
    private static final AtomicIntegerFieldUpdater<OpenCount> OPEN = AtomicIntegerFieldUpdater.newUpdater(
            OpenCount.class,
            "open");

    private final OpenTable table;
    private final SourceKey source;
    private volatile int open = 1;
    /** While one connection holds both, every other one that holds this finds the same in the table. */
    private volatile @Nullable OpenCount around;

    /**
     * Of one connection.
     *
     * @param source is not changed any more
     */
    OpenCount(OpenTable table, SourceKey source) {
        this.table = table;
        this.source = source;
    }

    SourceKey source() {
        return source;
    }

    int open() {
        return open;
    }

    /** The count of the network around the source, which the connection that holds this holds too. */
    void holdAlso(OpenCount outer) {
        around = outer;
    }

    /** One more; false if there are as many as there may be, or it is over. */
    boolean tryIncrement(long most) {
        int present = open;
        while (present > 0 && present < most) {
            if (OPEN.compareAndSet(this, present, present + 1)) {
                return true;
            }
            present = open;
        }
        return false;
    }

    @Override
    public void release() {
        OpenCount outer = around;
        releaseThis();
        if (outer != null) {
            outer.releaseThis();
        }
    }

    /** Without the one around. */
    void releaseThis() {
        int present = open;
        while (present > 0 && !OPEN.compareAndSet(this, present, present - 1)) {
            present = open;
        }
        if (present == 0) {
            throw new IllegalStateException("released more often than held");
        }
        if (present == 1) {
            table.remove(this);
        }
    }
}
