package io.vipgate.accesslog;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access log of a gateway. Never holds an event loop up: each has a queue of its own, with a bound; what does not fit is
 * dropped and counted. Its thread starts when there is something to log for the first time, and looks at the queues ten times
 * a second, so that a loop never has to wake it. Lines of different loops may be that much out of order.
 *
 * <p>Thread-safe.
 */
public final class AccessLog implements AutoCloseable {
    /** Ends of relays that one loop may have waiting. */
    static final int CAPACITY = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final long LOOK_NANOS = 100_000_000L;
    /** While nothing is logged: only what a loop noted in the moment of the change may still come. */
    private static final long IDLE_LOOK_NANOS = 1_000_000_000L;
    private static final Duration END = Duration.ofSeconds(3);

    private final List<EntryQueue> queues = new CopyOnWriteArrayList<>();
    private final LogWriter writer = new LogWriter(queues, System::nanoTime);
    private final SplittableRandom seeds = new SplittableRandom();
    private final AtomicBoolean mustReopen = new AtomicBoolean();
    private volatile @Nullable AccessLogPlan plan;
    private volatile boolean isEnding;
    private @Nullable Thread thread;

    /** Logs nothing until it has a plan. */
    public AccessLog() {}

    /** Makes the view of one event loop more. */
    public synchronized LoopAccessLog forLoop() {
        EntryQueue queue = new EntryQueue(CAPACITY);
        queues.add(queue);
        return new LoopAccessLog(() -> plan, queue, seeds.split());
    }

    /**
     * Logs by another plan from now on: what ended before goes where it would have gone.
     *
     * @param next null to log nothing
     */
    public synchronized void configure(@Nullable AccessLogPlan next) {
        plan = next;
        if (thread != null) {
            LockSupport.unpark(thread);
        } else if (next != null && !isEnding) {
            thread = Thread.ofPlatform().name("vipgate-accesslog").daemon().start(this::write);
        }
    }

    /** What is logged now; null for nothing. */
    public @Nullable AccessLogPlan plan() {
        return plan;
    }

    /** Opens the file by its name again, soon: it has been renamed, perhaps. */
    public synchronized void reopen() {
        mustReopen.set(true);
        LockSupport.unpark(thread);
    }

    /** Lines that were lost because they could not be written as fast as they came. */
    public long dropped() {
        return writer.dropped() + queues.stream().mapToLong(EntryQueue::dropped).sum();
    }

    private void write() {
        while (!isEnding) {
            turn(false);
            LockSupport.parkNanos(this, plan == null ? IDLE_LOOK_NANOS : LOOK_NANOS);
        }
        turn(true);
    }

    private void turn(boolean isLast) {
        try {
            if (mustReopen.getAndSet(false)) {
                writer.turn(plan);
                writer.reopen();
            }
            if (isLast) {
                writer.end();
            } else {
                writer.turn(plan);
            }
        } catch (RuntimeException e) {
            LOG.error("the access log failed", e);
        }
    }

    /**
     * Writes what has been noted so far, and ends. Waits for a file that does not take it for 3 s at most. To be called when
     * no event loop runs any more.
     */
    @Override
    public void close() {
        Thread writing;
        synchronized (this) {
            isEnding = true;
            writing = thread;
        }
        if (writing == null) {
            return;
        }
        LockSupport.unpark(writing);
        try {
            if (!writing.join(END)) {
                LOG.warn("the access log could not be written to its end in {} s", END.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (dropped() > 0) {
            LOG.warn("{} lines of the access log were dropped since the start", dropped());
        }
    }
}
