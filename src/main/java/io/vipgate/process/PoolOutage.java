package io.vipgate.process;

import io.vipgate.gateway.GatewayView;
import io.vipgate.pool.Pool;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Tells of pools that have no endpoint up, as {@code reload --unless} asks. One that had none before the reload is not its doing,
 * as long as that lasts.
 *
 * <p>Immutable.
 *
 * @param since when the reload began, in nanoseconds of the monotonic clock
 * @param noneUpFor for how long a pool must have none; zero: nothing is told
 */
record PoolOutage(GatewayView gateway, long since, Duration noneUpFor) {
    /** What is to be said of the first such pool; empty when there is none. */
    String find() {
        if (noneUpFor.isZero()) {
            return "";
        }
        long now = System.nanoTime();
        for (String name : gateway.config().pools().keySet()) {
            OptionalLong lost = gateway.findPool(name).map(Pool::noneUpSince).orElse(OptionalLong.empty());
            if (lost.isPresent() && lost.getAsLong() - since >= 0 && now - lost.getAsLong() >= noneUpFor.toNanos()) {
                return "pool " + name + " has had no endpoint up for " + noneUpFor.toSeconds() + " s";
            }
        }
        return "";
    }
}
