package io.vipgate.eventloop;

import io.vipgate.linux.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * An event loop without a thread: the test moves its clock, and events are fired by the test or found by a
 * {@link Readiness}. Runs tasks in the order of the real one: events of a batch, then what was put off before the batch,
 * then closes, then executed tasks and those that are due.
 *
 * <p>Confined to the thread that made it, which counts as the loop's own.
 */
public final class FakeEventLoop implements EventLoop {
    /** Says what is ready, as epoll(7) does, where the test does not fire the events itself. */
    public interface Readiness {
        /** A descriptor is watched from now on, or for other events; what is ready already belongs to the next batch. */
        void onWatched(int descriptor, int events);

        /** What has become ready since it was asked last, among what is watched: flags of {@link Ready}, 0 for nothing. */
        int takeReady(int descriptor, int events);
    }

    private record Scheduled(long deadline, long order, Runnable task) implements Comparable<Scheduled> {
        @Override
        public int compareTo(Scheduled other) {
            int byDeadline = Long.compare(deadline, other.deadline);
            return byDeadline != 0 ? byDeadline : Long.compare(order, other.order);
        }
    }

    private record Event(Watched watched, int events) {}

    /** A registered descriptor, as the test sees it. Confined to the thread of the test. */
    public final class Watched implements Registration {
        private final int descriptor;
        private ReadyHandler handler;
        private int events;
        private boolean isClosed;

        private Watched(int descriptor, int events, ReadyHandler handler) {
            this.descriptor = descriptor;
            this.events = events;
            this.handler = handler;
        }

        /** Puts an event into the next batch. */
        public void fire(int readyEvents) {
            batch.add(new Event(this, readyEvents));
        }

        /** What is watched now, flags of {@link Ready}. */
        public int events() {
            return events;
        }

        /** True as soon as close was called, though the descriptor lives to the end of the batch. */
        public boolean isClosed() {
            return isClosed;
        }

        @Override
        public int descriptor() {
            return descriptor;
        }

        @Override
        public void watch(int newEvents) {
            events = newEvents;
            if (readiness != null && watched.get(descriptor) == this) {
                readiness.onWatched(descriptor, newEvents);
            }
        }

        @Override
        public void handOver(ReadyHandler next, int newEvents) {
            handler = next;
            watch(newEvents);
        }

        @Override
        public void close() {
            if (isClosed) {
                return;
            }
            isClosed = true;
            if (isInBatch) {
                closing.add(this);
            } else {
                closeNow();
            }
        }

        private void closeNow() {
            watched.remove(descriptor, this);
            if (systemCalls != null) {
                systemCalls.close(descriptor);
            }
        }
    }

    private final Thread owner = Thread.currentThread();
    private final @Nullable SystemCalls systemCalls;
    private final @Nullable Readiness readiness;
    private final PriorityQueue<Scheduled> scheduled = new PriorityQueue<>();
    private final ArrayDeque<Runnable> executed = new ArrayDeque<>();
    private final ArrayDeque<Runnable> putOff = new ArrayDeque<>();
    private final Map<Integer, Watched> watched = new TreeMap<>();
    private final List<Watched> closing = new ArrayList<>();
    private List<Event> batch = new ArrayList<>();
    private boolean isInBatch;
    private boolean isFull;
    private long clock;
    private long order;

    /**
     * Makes a loop.
     *
     * @param systemCalls what {@link #systemCalls()} gives and closed descriptors are closed with; null when the test needs
     *     none
     * @param startNanos the time its clock begins at; any, as with {@link System#nanoTime()}
     */
    public FakeEventLoop(@Nullable SystemCalls systemCalls, long startNanos) {
        this(systemCalls, null, startNanos);
    }

    /**
     * Makes a loop that looks for events by itself.
     *
     * @param readiness asked in each batch about every registered descriptor, lowest first; null when the test fires all
     *     events
     */
    public FakeEventLoop(@Nullable SystemCalls systemCalls, @Nullable Readiness readiness, long startNanos) {
        this.systemCalls = systemCalls;
        this.readiness = readiness;
        clock = startNanos;
    }

    /** Moves the clock, and runs what becomes due on the way, each at its time. */
    public void advance(long nanos) {
        long end = clock + nanos;
        runExecuted();
        for (Scheduled next = scheduled.peek(); next != null && next.deadline <= end; next = scheduled.peek()) {
            clock = Math.max(clock, next.deadline);
            runFirstScheduled();
        }
        clock = end;
    }

    /** Moves the clock in one leap, as when the loop's thread did not get the processor, then runs what is due. */
    public void stall(long nanos) {
        clock += nanos;
        runDue();
    }

    /**
     * Hands out the events fired so far and those that the {@link Readiness} finds, then runs what was put off before,
     * then closes, then runs executed tasks and those that are due.
     */
    public void runBatch() {
        List<Event> events = batch;
        batch = new ArrayList<>();
        int putOffBefore = putOff.size();
        isInBatch = true;
        for (Event event : events) {
            event.watched.handler.onReady(event.events);
        }
        handOutReady();
        for (; putOffBefore > 0; putOffBefore--) {
            putOff.removeFirst().run();
        }
        isInBatch = false;
        closing.forEach(Watched::closeNow);
        closing.clear();
        runDue();
    }

    private void handOutReady() {
        if (readiness == null) {
            return;
        }
        for (Watched each : watched()) {
            int ready = readiness.takeReady(each.descriptor, each.events);
            if (ready != 0) {
                each.handler.onReady(ready);
            }
        }
    }

    private void runDue() {
        runExecuted();
        for (Scheduled next = scheduled.peek(); next != null && next.deadline <= clock; next = scheduled.peek()) {
            runFirstScheduled();
        }
    }

    private void runFirstScheduled() {
        Scheduled first = scheduled.remove();
        first.task.run();
        runExecuted();
    }

    private void runExecuted() {
        for (Runnable task = executed.pollFirst(); task != null; task = executed.pollFirst()) {
            task.run();
        }
    }

    /** Nanoseconds until the next task is due, 0 for one that is due now; {@link Long#MAX_VALUE} when there is none. */
    public long untilNextTask() {
        if (!executed.isEmpty()) {
            return 0;
        }
        Scheduled next = scheduled.peek();
        return next == null ? Long.MAX_VALUE : Math.max(0, next.deadline - clock);
    }

    /** From now on no descriptor can be watched any more, as when epoll_ctl(2) says ENOSPC. */
    public void refuseToWatch() {
        isFull = true;
    }

    /** The open registration of a descriptor, or null. */
    public @Nullable Watched watched(int descriptor) {
        return watched.get(descriptor);
    }

    /** Every open registration, lowest descriptor first. */
    public List<Watched> watched() {
        return List.copyOf(watched.values());
    }

    /** How many tasks wait for the clock. */
    public int scheduled() {
        return scheduled.size();
    }

    /** How many tasks wait for the next batch. */
    public int putOff() {
        return putOff.size();
    }

    @Override
    public boolean inEventLoop() {
        return Thread.currentThread().equals(owner);
    }

    @Override
    public void execute(Runnable task) {
        executed.addLast(task);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        Future<?> _ = scheduleRevocable(task, delayNanos);
    }

    @Override
    public Future<?> scheduleRevocable(Runnable task, long delayNanos) {
        assert inEventLoop();
        Scheduled entry = new Scheduled(clock + delayNanos, order++, task);
        scheduled.add(entry);
        return new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return scheduled.remove(entry);
            }
        };
    }

    @Override
    public void executeAfterNextBatch(Runnable task) {
        assert inEventLoop();
        putOff.addLast(task);
    }

    @Override
    public long now() {
        return clock;
    }

    @Override
    public SystemCalls systemCalls() {
        if (systemCalls == null) {
            throw new IllegalStateException("this loop was made without system calls");
        }
        return systemCalls;
    }

    @Override
    public Registration register(int fd, int events, ReadyHandler handler) {
        assert inEventLoop();
        if (isFull) {
            throw new UncheckedIOException(new IOException("no space left"));
        }
        Watched registration = new Watched(fd, events, handler);
        if (watched.putIfAbsent(fd, registration) != null) {
            throw new IllegalStateException("descriptor " + fd + " is registered already");
        }
        if (readiness != null) {
            readiness.onWatched(fd, events);
        }
        return registration;
    }
}
