package io.vipgate.eventloop;

import io.vipgate.linux.SystemCalls;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * An event loop without a thread: the test moves its clock and hands it events. Runs tasks in the order of the real one:
 * events of a batch, then what was put off before the batch, then closes, then executed tasks.
 *
 * <p>Confined to the thread that made it, which counts as the loop's own.
 */
public final class FakeEventLoop implements EventLoop {
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
        private final ReadyHandler handler;
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
    private final PriorityQueue<Scheduled> scheduled = new PriorityQueue<>();
    private final ArrayDeque<Runnable> executed = new ArrayDeque<>();
    private final ArrayDeque<Runnable> putOff = new ArrayDeque<>();
    private final Map<Integer, Watched> watched = new LinkedHashMap<>();
    private final List<Watched> closing = new ArrayList<>();
    private List<Event> batch = new ArrayList<>();
    private boolean isInBatch;
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
        this.systemCalls = systemCalls;
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
        runExecuted();
        for (Scheduled next = scheduled.peek(); next != null && next.deadline <= clock; next = scheduled.peek()) {
            runFirstScheduled();
        }
    }

    /** Hands out the events fired so far, then runs what was put off before, then closes and executes. */
    public void runBatch() {
        List<Event> events = batch;
        batch = new ArrayList<>();
        int putOffBefore = putOff.size();
        isInBatch = true;
        for (Event event : events) {
            event.watched.handler.onReady(event.events);
        }
        for (; putOffBefore > 0; putOffBefore--) {
            putOff.removeFirst().run();
        }
        isInBatch = false;
        closing.forEach(Watched::closeNow);
        closing.clear();
        runExecuted();
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

    /** The open registration of a descriptor, or null. */
    public @Nullable Watched watched(int descriptor) {
        return watched.get(descriptor);
    }

    /** Every open registration, oldest first. */
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
        assert inEventLoop();
        scheduled.add(new Scheduled(clock + delayNanos, order++, task));
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
        Watched registration = new Watched(fd, events, handler);
        if (watched.putIfAbsent(fd, registration) != null) {
            throw new IllegalStateException("descriptor " + fd + " is registered already");
        }
        return registration;
    }
}
