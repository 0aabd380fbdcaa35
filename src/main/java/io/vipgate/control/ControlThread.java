package io.vipgate.control;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread on which a gateway changes: a start, reloads, the operator's overrides and the probes' verdicts come one after
 * the other.
 *
 * <p>Thread-safe.
 */
public final class ControlThread {
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().name("vipgate-control").daemon().factory());

    /** Makes one that has nothing to do. */
    public ControlThread() {
        // What is put off does not keep a gateway from ending; what has begun is finished.
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** For what is to be done soon, or later. */
    ScheduledExecutorService executor() {
        return executor;
    }

    /** Runs a change and waits for it. */
    public <T> T run(Callable<T> change) throws StartException {
        try {
            return executor.submit(change).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case StartException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    /** Runs something that can't be refused, and waits for it. */
    public <T> T ask(Callable<T> task) {
        try {
            return run(task);
        } catch (StartException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Takes nothing new and finishes what has begun.
     *
     * @return whether that was possible in time
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public boolean end(long millis) throws InterruptedException {
        executor.shutdown();
        boolean isDone = executor.awaitTermination(millis, TimeUnit.MILLISECONDS);
        executor.shutdownNow();
        return isDone;
    }
}
