package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LagMeterTest {
    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AtomicLong clock = new AtomicLong(TimeUnit.HOURS.toNanos(1));
    private final LagMeter lag = new LagMeter(clock::get);

    @AfterEach
    void close() {
        lag.close();
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
        await("it rests at first", lag::isResting);
        lag.begin();
        lag.begin();
        await("it measures", () -> !lag.isResting());
        lag.end();
        lag.end();
        await("it rests again", lag::isResting);
    }

    @Test
    void aRestIsNoLag() {
        await("it rests", lag::isResting);
        long begun = clock.addAndGet(BOUND_NANOS);

        lag.begin();

        assertThat(lag.hasLaggedSince(begun)).isFalse();
    }

    @Test
    void aLagIsRememberedWhenItIsOver() {
        lag.begin();
        long begun = clock.get();
        assertThat(lag.hasLaggedSince(begun)).isFalse();

        long over = clock.addAndGet(3 * LagMeter.SPOILING_NANOS);

        await("it has noticed", () -> !lag.hasLaggedSince(over + 1));
        assertThat(lag.hasLaggedSince(begun)).isTrue();
    }
}
