package io.vipgate.probe;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Notices when the process itself stalled: stopped, swapped out, or short of processor time or of threads that
 * carry virtual ones. A probe that ran meanwhile says nothing about its endpoint. It rests while nobody probes.
 *
 * <p>Thread-safe.
 */
public final class StallDetector implements AutoCloseable {
    /** Lag that spoils a result, in nanoseconds. */
    static final long SPOILING_NANOS = 100_000_000;

    /** Each wake-up of a virtual thread wakes others, and costs a tenth of a millisecond. */
    private static final long STEP_NANOS = 50_000_000;

    private final AtomicInteger probers = new AtomicInteger();
    private final LongSupplier clock;
    @SuppressWarnings("NullAway.Init") // set by start, before anyone else sees this
    private Thread thread;
    private volatile long tickedAt;
    private volatile long laggedAt;
    private volatile boolean isClosed;

    /** Starts a detector that rests until somebody probes, on a virtual thread of its own. */
    public static StallDetector start() {
        return start(System::nanoTime);
    }

    static StallDetector start(LongSupplier clock) {
        StallDetector detector = new StallDetector(clock);
        // Where the probes run, too: whoever keeps the virtual threads' carriers busy stalls both.
        detector.thread = Thread.ofVirtual().name("vipgate-stalls").unstarted(detector::run);
        detector.thread.start();
        return detector;
    }

    private StallDetector(LongSupplier clock) {
        this.clock = clock;
        tickedAt = clock.getAsLong();
        laggedAt = tickedAt - Long.MAX_VALUE / 2;
    }

    private void run() {
        while (!isClosed) {
            if (probers.get() == 0) {
                LockSupport.park(this);
                continue;
            }
            LockSupport.parkNanos(this, STEP_NANOS);
            long now = clock.getAsLong();
            if (now - tickedAt > STEP_NANOS + SPOILING_NANOS) {
                laggedAt = now;
            }
            tickedAt = now;
        }
    }

    /** One more probes from now on. */
    void begin() {
        if (probers.getAndIncrement() == 0) {
            // What the thread needs to wake up is lag already.
            tickedAt = clock.getAsLong();
            LockSupport.unpark(thread);
        }
    }

    /** One that had begun probes no more. */
    void end() {
        probers.decrementAndGet();
    }

    /** Whether it sleeps until somebody probes; for tests. */
    boolean isResting() {
        return thread.getState() == Thread.State.WAITING;
    }

    /** Whether the process stalled for more than 100 ms at any time since then. */
    boolean hasLaggedSince(long nanos) {
        return laggedAt - nanos >= 0 || clock.getAsLong() - tickedAt > STEP_NANOS + SPOILING_NANOS;
    }

    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
    }
}
