package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StallDetectorTest {
    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AtomicLong clock = new AtomicLong(TimeUnit.HOURS.toNanos(1));
    private final StallDetector stalls = StallDetector.start(clock::get);

    @AfterEach
    void close() {
        stalls.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + BOUND_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            Thread.onSpinWait();
        }
    }

    @Test
    void itRestsWhileNobodyProbes() {
        await("it rests at first", stalls::isResting);
        stalls.begin();
        stalls.begin();
        await("it measures", () -> !stalls.isResting());
        stalls.end();
        stalls.end();
        await("it rests again", stalls::isResting);
    }

    @Test
    void aRestIsNoLag() {
        await("it rests", stalls::isResting);
        long begun = clock.addAndGet(BOUND_NANOS);

        stalls.begin();

        assertThat(stalls.hasLaggedSince(begun)).isFalse();
    }

    @Test
    void aLagIsRememberedWhenItIsOver() {
        stalls.begin();
        long begun = clock.get();
        assertThat(stalls.hasLaggedSince(begun)).isFalse();

        long over = clock.addAndGet(3 * StallDetector.SPOILING_NANOS);

        await("it has noticed", () -> !stalls.hasLaggedSince(over + 1));
        assertThat(stalls.hasLaggedSince(begun)).isTrue();
    }
}
