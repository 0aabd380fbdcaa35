package io.vipgate.probe;

import io.vipgate.eventloop.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices when checks stalled together with the process: stopped, swapped out, or short of processor time or of threads
 * that carry virtual ones. A probe that ran meanwhile says nothing about its endpoint. It ticks where the checks run, and
 * only while one is under way.
 *
 * <p>Thread-safe, by its lock.
 */
final class StallDetector {
    /** Lag that spoils a result, in nanoseconds. */
    static final long SPOILING_NANOS = 100_000_000;
    private static final long STEP_NANOS = 50_000_000;

    /** Runs its ticks. */
    @FunctionalInterface
    interface Pace {
        /**
         * Runs a tick after a delay in nanoseconds.
         *
         * @return calls it off
         */
        Runnable after(Runnable tick, long delayNanos);
    }

    /** One check, from its beginning to its end. Thread-safe. */
    final class Watch implements AutoCloseable {
        private final long begun;
        private boolean isOver;

        private Watch() {
            begun = begin();
        }

        /** The result, inconclusive if it is a failure of a check that stalled. */
        ProbeResult judge(ProbeResult result) {
            boolean isFailure = result.outcome() == ProbeResult.Outcome.FAIL
                    || result.outcome() == ProbeResult.Outcome.TIMEOUT;
            return isFailure && hasLaggedSince(begun)
                    ? ProbeResult.inconclusive("gateway stalled: " + result.cause())
                    : result;
        }

        /** The check is over. */
        @Override
        public void close() {
            synchronized (StallDetector.this) {
                if (!isOver) {
                    isOver = true;
                    end();
                }
            }
        }
    }

    private final LongSupplier clock;
    private final Pace pace;
    private int underWay;
    /** Calls the next tick off. */
    private @Nullable Runnable nextTick;
    private long tickedAt;
    private long laggedAt;

    private StallDetector(LongSupplier clock, Pace pace) {
        this.clock = clock;
        this.pace = pace;
        tickedAt = clock.getAsLong();
        laggedAt = tickedAt - Long.MAX_VALUE / 2;
    }

    /** For checks on an event loop. */
    static StallDetector on(EventLoop loop, LongSupplier clock) {
        return new StallDetector(clock, (tick, delay) -> {
            Future<?> scheduled = loop.scheduleRevocable(tick, delay);
            return () -> scheduled.cancel(false);
        });
    }

    /** For checks on virtual threads: it ticks on such a one, since whoever keeps their carriers busy stalls both. */
    static StallDetector onVirtualThreads(LongSupplier clock) {
        return new StallDetector(clock, (tick, delay) -> {
            Thread ticking = Thread.ofVirtual().name("vipgate-stalls").start(() -> {
                try {
                    TimeUnit.NANOSECONDS.sleep(delay);
                    tick.run();
                } catch (InterruptedException _) {
                    // The last check is over.
                    Thread.currentThread().interrupt();
                }
            });
            return ticking::interrupt;
        });
    }

    /** A check begins. */
    Watch watch() {
        return new Watch();
    }

    private synchronized long begin() {
        long now = clock.getAsLong();
        if (underWay++ == 0) {
            tickedAt = now;
            nextTick = pace.after(this::tick, STEP_NANOS);
        }
        return now;
    }

    private synchronized void end() {
        if (--underWay == 0 && nextTick != null) {
            nextTick.run();
            nextTick = null;
        }
    }

    private synchronized void tick() {
        // One that was cancelled may run all the same.
        if (underWay > 0) {
            long now = clock.getAsLong();
            if (isLate(now)) {
                laggedAt = now;
            }
            tickedAt = now;
            nextTick = pace.after(this::tick, STEP_NANOS);
        }
    }

    /** Whether it ticks; for tests. */
    synchronized boolean isTicking() {
        return nextTick != null;
    }

    /** Whether checks stalled for more than 100 ms at any time since then. */
    synchronized boolean hasLaggedSince(long nanos) {
        return laggedAt - nanos >= 0 || isLate(clock.getAsLong());
    }

    private boolean isLate(long now) {
        return now - tickedAt > STEP_NANOS + SPOILING_NANOS;
    }
}
