package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for a condition, with a bound.
 *
 * <p>Stateless.
 */
final class Await {
    private static final long STEP_NANOS = 1_000_000;

    private Await() {}

    /** Waits until the condition holds; fails when it does not in time. */
    static void until(String what, Duration bound, BooleanSupplier condition) {
        assertThat(quietly(bound, condition)).as("%s within %s", what, bound).isTrue();
    }

    /** Waits until the condition holds, or the time is over; says which. */
    static boolean quietly(Duration bound, BooleanSupplier condition) {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return condition.getAsBoolean();
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
        return true;
    }
}
