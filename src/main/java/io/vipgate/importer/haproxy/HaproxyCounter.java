package io.vipgate.importer.haproxy;

import java.time.Duration;

/**
 * A counter of a stick-table that a limit asks for.
 *
 * <p>Immutable.
 *
 * @param period over which it counts new connections; zero: it counts those that are open
 * @param key what it tells clients apart by
 */
record HaproxyCounter(HaproxyTable table, Duration period, HaproxySourceKey key) {
    boolean isRate() {
        return !period.isZero();
    }
}
