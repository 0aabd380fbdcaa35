package io.vipgate.eventloop;

import io.vipgate.linux.SystemCalls;
import java.util.concurrent.Future;

/**
 * What the data path sees of an event loop: one thread that waits for events of descriptors, runs tasks, and keeps a
 * cached clock.
 *
 * <p>{@link #inEventLoop()} and {@link #execute(Runnable)} are thread-safe; everything else is confined
 * to the loop's own thread.
 */
public interface EventLoop {
    /** True on the loop's own thread. */
    boolean inEventLoop();

    /** Runs a task on the loop, soon. From any thread. */
    void execute(Runnable task);

    /** Runs a task on the loop after a delay in nanoseconds. */
    void schedule(Runnable task, long delayNanos);

    /** As {@link #schedule}, for a task that may be called off: {@code cancel} of what is returned, on the loop. */
    Future<?> scheduleRevocable(Runnable task, long delayNanos);

    /**
     * Runs a task after the next batch of events: for work that has used up its share of this one and must let others
     * go first.
     */
    void executeAfterNextBatch(Runnable task);

    /** Monotonic time in nanoseconds, read once per batch of events. */
    long now();

    /** System calls bound to this loop's thread. */
    SystemCalls systemCalls();

    /**
     * Watches a descriptor, which the loop owns from now on.
     *
     * @param events flags of {@link Ready}
     * @throws java.io.UncheckedIOException if epoll_ctl(2) fails; the descriptor is still the caller's then
     */
    Registration register(int fd, int events, ReadyHandler handler);
}
