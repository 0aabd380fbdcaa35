package io.vipgate.relay;

/**
 * When a pool begins a second connect beside one that is slow, and how often it may. Shared by all loops.
 *
 * <p>Thread-safe: the control path sets the delay, the loops read it.
 */
public final class HedgeRules {
    /** The shortest delay that is derived from connect times, in nanoseconds. */
    public static final long MIN_AUTO_NANOS = 10_000_000;
    /** The longest, and the one in use while too little is known. */
    public static final long MAX_AUTO_NANOS = 250_000_000;

    private final ConnectBudget budget;
    private volatile long delayNanos;

    /**
     * Makes rules.
     *
     * @param delayNanos above 0
     */
    public HedgeRules(long delayNanos, ConnectBudget budget) {
        this.delayNanos = delayNanos;
        this.budget = budget;
    }

    /** How long a connect may take before another one is begun beside it, in nanoseconds. */
    public long delayNanos() {
        return delayNanos;
    }

    /** Waits so long from now on, in nanoseconds. */
    public void delay(long nanos) {
        delayNanos = nanos;
    }

    /** How many may be begun. */
    public ConnectBudget budget() {
        return budget;
    }
}
