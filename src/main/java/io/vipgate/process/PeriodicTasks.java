package io.vipgate.process;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for what is done again and again and is not urgent. Each task may be late by a quarter of its period, half a
 * second at most, so that those whose times are near each other are done together: an idle processor is woken once for all of
 * them.
 *
 * <p>A task must not wait for a disk, a name or a peer, since the others wait with it. One that throws is logged, and done again
 * when its time comes.
 *
 * <p>Thread-safe.
 */
final class PeriodicTasks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeriodicTasks.class);
    private static final long MAX_SLACK_NANOS = 500_000_000;
    private static final long MAX_WAIT_MILLIS = 1_000;

    private final List<PeriodicTask> tasks = new CopyOnWriteArrayList<>();
    private final Thread thread = Thread.ofPlatform().name("vipgate-timer").daemon().unstarted(this::run);
    private volatile boolean isClosed;

    /** Something to do, and when. Confined to the thread of the tasks once it is among them. */
    private static final class PeriodicTask {
        private final Runnable action;
        private final long period;
        private final long slack;
        private long due;

        PeriodicTask(Runnable action, long period, long due) {
            this.action = action;
            this.period = period;
            this.due = due;
            slack = Math.min(period / 4, MAX_SLACK_NANOS);
        }

        boolean isDue(long now) {
            return due - now <= 0;
        }

        /** What was missed is not made up for. */
        void run(long now) {
            due += period;
            if (isDue(now)) {
                due = now + period;
            }
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a periodic task failed, and is tried again when its time comes", e);
            }
        }

        long patience(long now) {
            return due + slack - now;
        }
    }

    /** Begins to do what there is. */
    void start() {
        thread.start();
    }

    /**
     * Adds a task, which is done for the first time at once, or when the thread begins.
     *
     * @param period 1 ms or more; the mean time from one beginning to the next, while the task takes less
     */
    void every(Duration period, Runnable task) {
        every(Duration.ZERO, period, task);
    }

    /**
     * Adds a task.
     *
     * @param delay time until it is done for the first time
     * @param period 1 ms or more; the mean time from one beginning to the next, while the task takes less
     */
    void every(Duration delay, Duration period, Runnable task) {
        tasks.add(new PeriodicTask(task, Math.max(1_000_000, period.toNanos()), System.nanoTime() + delay.toNanos()));
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!isClosed) {
            long now = System.nanoTime();
            for (PeriodicTask task : tasks) {
                if (task.isDue(now) && !isClosed) {
                    task.run(now);
                }
            }
            long wait = Long.MAX_VALUE;
            now = System.nanoTime();
            for (PeriodicTask task : tasks) {
                wait = Math.min(wait, task.patience(now));
            }
            if (wait > 0 && !isClosed) {
                LockSupport.parkNanos(this, wait);
            }
        }
    }

    /** Ends; waits up to a second for a task that is being done. */
    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
        try {
            thread.join(MAX_WAIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
