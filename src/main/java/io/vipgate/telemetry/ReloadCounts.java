package io.vipgate.telemetry;

import io.vipgate.metrics.ReloadStats;
import java.time.Instant;

/**
 * Counts what became of reloads.
 *
 * <p>Thread-safe.
 */
public final class ReloadCounts {
    private ReloadStats numbers = new ReloadStats(0, 0, Instant.now());

    /** A reload has made a configuration hold. */
    public synchronized void onApplied() {
        numbers = new ReloadStats(numbers.applied() + 1, numbers.rejected(), Instant.now());
    }

    /** A reload was refused. */
    public synchronized void onRejected() {
        numbers = new ReloadStats(numbers.applied(), numbers.rejected() + 1, numbers.lastSuccess());
    }

    synchronized ReloadStats numbers() {
        return numbers;
    }
}
