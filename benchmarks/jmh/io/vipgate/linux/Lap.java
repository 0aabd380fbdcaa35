package io.vipgate.linux;

import io.vipgate.eventloop.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work that is done in many turns of an event loop, while the thread of the benchmark sleeps: between two of its
 * steps the loop asks epoll once and handles what has happened. So one thread does everything, client's, gateway's and
 * endpoint's part, nobody waits for another processor, and a machine that is busy with other things disturbs less.
 *
 * <p>Confined to the thread of the benchmark, but for the steps, which run on the loop. Allocates nothing by step.
 */
public final class Lap implements Runnable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final EventLoop loop;
    private final BooleanSupplier step;
    private @Nullable Thread waiter;
    private @Nullable Throwable failure;
    private volatile boolean isOver;

    /**
     * Prepares work.
     *
     * @param step does what can be done now, on the loop; true when nothing is left to do
     */
    public Lap(EventLoop loop, BooleanSupplier step) {
        this.loop = loop;
        this.step = step;
    }

    /** Does all of it once. */
    public void go() {
        waiter = Thread.currentThread();
        failure = null;
        isOver = false;
        long begin = System.nanoTime();
        loop.execute(this);
        while (!isOver) {
            LockSupport.parkNanos(this, PATIENCE_NANOS);
            if (!isOver && System.nanoTime() - begin > PATIENCE_NANOS) {
                throw new IllegalStateException("not over in 60 s");
            }
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

    /** Runs an action on a loop and waits for it. */
    public static void on(EventLoop loop, Runnable action) {
        new Lap(loop, () -> {
            action.run();
            return true;
        }).go();
    }

    @Override
    public void run() {
        try {
            if (!step.getAsBoolean()) {
                loop.executeAfterNextBatch(this);
                return;
            }
        } catch (Throwable t) {
            failure = t;
        }
        isOver = true;
        LockSupport.unpark(waiter);
    }
}
