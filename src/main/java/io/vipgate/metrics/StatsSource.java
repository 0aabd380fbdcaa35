package io.vipgate.metrics;

import java.util.function.Supplier;

/** Reads all numbers. Thread-safe. */
@FunctionalInterface
public interface StatsSource extends Supplier<GatewayStats> {
    /** How much of the heap the numbers take while they are held, in bytes; about, and rather too much. */
    default long bytes() {
        return 0;
    }
}
