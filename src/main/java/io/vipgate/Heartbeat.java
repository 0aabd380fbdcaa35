package io.vipgate;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Asks every event loop once a second to say that it lives.
 *
 * <p>Thread-safe.
 */
final class Heartbeat implements AutoCloseable {
    private static final long EVERY_NANOS = 1_000_000_000L;

    private final AtomicLongArray tickedAt;
    private final ScheduledExecutorService asking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("vipgate-heartbeat").daemon().factory());

    Heartbeat(Lanes lanes) {
        tickedAt = new AtomicLongArray(lanes.count());
        for (int i = 0; i < lanes.count(); i++) {
            tickedAt.set(i, System.nanoTime());
        }
        Future<?> _ = asking.scheduleAtFixedRate(
                () -> lanes.tell(lane -> tickedAt.set(lane.number(), System.nanoTime())), 0, EVERY_NANOS,
                TimeUnit.NANOSECONDS);
    }

    /** Time since the loop that has been silent longest last ticked, in nanoseconds. */
    long longestSilence() {
        long now = System.nanoTime();
        long longest = 0;
        for (int i = 0; i < tickedAt.length(); i++) {
            longest = Math.max(longest, now - tickedAt.get(i));
        }
        return longest;
    }

    @Override
    public void close() {
        asking.shutdownNow();
    }
}
