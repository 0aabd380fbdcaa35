package io.vipgate.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Things that happen at once, each on a virtual thread of its own; what one of them throws fails the test.
 *
 * <p>Confined to the thread of its test.
 */
final class Tasks implements AutoCloseable {
    /** An action that may throw. */
    interface Action {
        void run() throws Exception;
    }

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> started = new ArrayList<>();

    /** Starts an action. */
    void start(Action action) {
        started.add(executor.submit(() -> {
            action.run();
            return true;
        }));
    }

    /** Starts something that has a result. */
    <T> Future<T> startFor(Callable<T> action) {
        Future<T> future = executor.submit(action);
        started.add(future);
        return future;
    }

    /** Waits for all of them. */
    void join(Duration bound) throws Exception {
        long end = System.nanoTime() + bound.toNanos();
        for (Future<?> task : started) {
            try {
                Object _ = task.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw new AssertionError("in a task: " + e.getCause(), e.getCause());
            } catch (TimeoutException e) {
                throw new AssertionError("a task is not done after " + bound, e);
            }
        }
        started.clear();
    }

    /** Runs an action a number of times, several at once. */
    static void repeat(int times, int atOnce, Action action) throws Exception {
        try (Tasks tasks = new Tasks()) {
            java.util.concurrent.atomic.AtomicInteger left = new java.util.concurrent.atomic.AtomicInteger(times);
            for (int i = 0; i < atOnce; i++) {
                tasks.start(() -> {
                    while (left.getAndDecrement() > 0) {
                        action.run();
                    }
                });
            }
            tasks.join(Duration.ofSeconds(100));
        }
    }

    /** Interrupts what still runs. */
    @Override
    public void close() {
        List<Runnable> _ = executor.shutdownNow();
    }
}
