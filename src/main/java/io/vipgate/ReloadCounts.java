package io.vipgate;

import io.vipgate.metrics.ReloadNumbers;
import java.time.Instant;

/**
 * Counts what became of reloads.
 *
 * <p>Thread-safe.
 */
final class ReloadCounts {
    private ReloadNumbers numbers = new ReloadNumbers(0, 0, Instant.now());

    /** A reload has made a configuration hold. */
    synchronized void onApplied() {
        numbers = new ReloadNumbers(numbers.applied() + 1, numbers.rejected(), Instant.now());
    }

    /** A reload was refused. */
    synchronized void onRejected() {
        numbers = new ReloadNumbers(numbers.applied(), numbers.rejected() + 1, numbers.lastSuccess());
    }

    synchronized ReloadNumbers numbers() {
        return numbers;
    }
}
