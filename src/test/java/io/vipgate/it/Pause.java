package io.vipgate.it;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The only place where a test lets time pass: where the time itself is what the test is about.
 *
 * <p>Stateless.
 */
final class Pause {
    /** How long readers that pause do so; {@code vipgate.it.pauseMillis}. */
    static final Duration OF_A_READER = Duration.ofMillis(Long.getLong("vipgate.it.pauseMillis", 2_000));

    private Pause() {}

    /**
     * Waits.
     *
     * @param why what the time is needed for
     */
    static void of(Duration length, String why) {
        if (why.isBlank()) {
            throw new IllegalArgumentException("a pause needs a reason");
        }
        long end = System.nanoTime() + length.toNanos();
        for (long left = length.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new IllegalStateException("interrupted while waiting: " + why);
            }
        }
    }
}
