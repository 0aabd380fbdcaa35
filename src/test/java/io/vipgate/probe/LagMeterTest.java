package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LagMeterTest {
    private final LagMeter lag = new LagMeter();

    @AfterEach
    void close() {
        lag.close();
    }

    @Test
    void ofARestItSaysNothing() throws Exception {
        lag.begin();
        lag.end();
        TimeUnit.NANOSECONDS.sleep(3 * LagMeter.SPOILING_NANOS);
        long begun = System.nanoTime();

        lag.begin();

        assertThat(lag.hasLaggedSince(begun)).isFalse();
    }

    @Test
    void whileNobodyProbesItDoesNotTick() throws Exception {
        TimeUnit.NANOSECONDS.sleep(3 * LagMeter.SPOILING_NANOS);

        assertThat(lag.hasLaggedSince(System.nanoTime())).as("as a meter that stands still looks").isTrue();
    }
}
