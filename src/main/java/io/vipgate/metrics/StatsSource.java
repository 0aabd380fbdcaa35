package io.vipgate.metrics;

import java.util.function.Supplier;

/** Reads all numbers. Thread-safe. */
@FunctionalInterface
public interface StatsSource extends Supplier<GatewayStats> {
    /** About how much more of the heap than now the numbers take when they are read, in bytes. */
    default long bytes() {
        return 0;
    }
}
