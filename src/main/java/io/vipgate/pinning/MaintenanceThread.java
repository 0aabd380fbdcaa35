package io.vipgate.pinning;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread on which a table takes out what is over, so that no event loop does, and that is woken without allocating
 * anything. The table asks with one and the same task, and never twice before it has run.
 *
 * <p>It works once a millisecond at most: each time it runs, an event loop on the same processor is interrupted. What
 * is to be done meanwhile waits in the table's write buffer, which has room for some milliseconds of the connections
 * that so many processors can take.
 *
 * <p>Thread-safe.
 */
final class MaintenanceThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MaintenanceThread.class);
    private static final long PAUSE_NANOS = 1_000_000;

    private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();
    private final String name;
    private volatile @Nullable Thread thread;
    private volatile boolean isClosed;

    /** Makes one that starts its thread when there is something to do. */
    MaintenanceThread(String name) {
        this.name = name;
    }

    private synchronized Thread start() {
        Thread present = thread;
        if (present == null) {
            present = Thread.ofPlatform().name("vipgate-pins-" + name).daemon().start(this::run);
            thread = present;
        }
        return present;
    }

    private void run() {
        while (!isClosed) {
            Runnable task = waiting.get();
            if (task == null) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, PAUSE_NANOS);
                waiting.set(null);
                try {
                    task.run();
                } catch (RuntimeException | Error e) {
                    // Without this thread nothing would ever be taken out.
                    LOG.error("maintenance of a pin table failed", e);
                }
            }
        }
    }

    @Override
    public void execute(Runnable task) {
        waiting.set(task);
        Thread present = thread;
        LockSupport.unpark(present == null ? start() : present);
    }

    @Override
    public void close() {
        isClosed = true;
        Thread present = thread;
        if (present != null) {
            LockSupport.unpark(present);
        }
    }
}
