package io.vipgate.pool;

/**
 * A named group of endpoints: the one place that stores what is known of them, as a {@link PoolSnapshot} that the data
 * path reads and the control path replaces.
 *
 * <p>Thread-safe.
 */
public final class Pool {
    private final String name;
    private volatile PoolSnapshot snapshot;

    /**
     * Makes a pool.
     *
     * @param name its name in the configuration
     */
    public Pool(String name, PoolSnapshot snapshot) {
        this.name = name;
        this.snapshot = snapshot;
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
    }
}
