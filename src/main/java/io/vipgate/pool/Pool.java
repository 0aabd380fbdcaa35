package io.vipgate.pool;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A named group of endpoints: the one place that stores what is known of them, as a {@link PoolSnapshot} that the data
 * path reads and the control path replaces.
 *
 * <p>Thread-safe.
 */
public final class Pool {
    private final String name;
    private volatile PoolSnapshot snapshot;
    /** Monotonic time; null while an endpoint is up. */
    private volatile @Nullable Long noneUpSince;

    /**
     * Makes a pool.
     *
     * @param name its name in the configuration
     */
    public Pool(String name, PoolSnapshot snapshot) {
        this.name = name;
        this.snapshot = snapshot;
        noneUpSince = snapshot.hasUp() ? null : (Long) System.nanoTime();
    }

    /** Its name in the configuration. */
    public String name() {
        return name;
    }

    /** The pool as it is now. */
    public PoolSnapshot snapshot() {
        return snapshot;
    }

    /** Replaces the snapshot. Only the control thread does that. */
    public void publish(PoolSnapshot newSnapshot) {
        snapshot = newSnapshot;
        if (newSnapshot.hasUp()) {
            noneUpSince = null;
        } else if (noneUpSince == null) {
            noneUpSince = System.nanoTime();
        }
    }

    /** Since when every endpoint is down, in nanoseconds of the monotonic clock; empty while one is not. */
    public OptionalLong noneUpSince() {
        Long since = noneUpSince;
        return since == null ? OptionalLong.empty() : OptionalLong.of(since);
    }
}
