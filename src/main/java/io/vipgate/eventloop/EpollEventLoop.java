package io.vipgate.eventloop;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.Future;
import io.vipgate.linux.LinuxSystemCalls;
import io.vipgate.linux.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's event loop with three things the data path needs around each batch of events: the clock read once, work put
 * off to the next batch, and descriptors closed when the batch is over.
 *
 * <p>Confined to its own thread, but for what {@link EventLoop} says is thread-safe.
 */
final class EpollEventLoop extends SingleThreadIoEventLoop implements EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EpollEventLoop.class);

    private final ArrayDeque<Runnable> nextBatch = new ArrayDeque<>();
    private final List<EpollRegistration> closing = new ArrayList<>();
    private final SystemCalls systemCalls = new LinuxSystemCalls();
    private boolean inBatch;
    private boolean clockIsStale = true;
    private long clock;

    EpollEventLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory factory) {
        super(parent, executor, factory);
    }

    @Override
    public boolean inEventLoop() {
        return inEventLoop(Thread.currentThread());
    }

    @Override
    protected int runIo() {
        // Work put off during an earlier batch runs after this one; what it puts off again waits for the next.
        int putOff = nextBatch.size();
        clockIsStale = true;
        inBatch = true;
        try {
            int handled = super.runIo();
            for (; putOff > 0; putOff--) {
                runSafely(nextBatch.removeFirst());
            }
            return handled;
        } finally {
            inBatch = false;
            for (EpollRegistration registration : closing) {
                registration.closeNow();
            }
            closing.clear();
            // Tasks that follow see a fresh clock.
            clockIsStale = true;
        }
    }

    /** Work that waits for the next batch keeps the loop from blocking in epoll_wait(2). */
    @Override
    protected boolean hasTasks() {
        return !nextBatch.isEmpty() || super.hasTasks();
    }

    /**
     * Closes what is registered. Netty does that once per turn of the loop, before the tasks; a loop that is told to end
     * while it runs a task would end without.
     */
    @Override
    protected boolean confirmShutdown() {
        boolean isOver = super.confirmShutdown();
        if (isOver) {
            ioHandler().prepareToDestroy();
        }
        return isOver;
    }

    private static void runSafely(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            LOG.error("task of an event loop failed", t);
        }
    }

    void closeAfterBatch(EpollRegistration registration) {
        assert inEventLoop();
        if (inBatch) {
            closing.add(registration);
        } else {
            registration.closeNow();
        }
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        Future<?> _ = scheduleRevocable(task, delayNanos);
    }

    @Override
    public Future<?> scheduleRevocable(Runnable task, long delayNanos) {
        // Netty would keep what it throws in a future that nobody looks at.
        return schedule(() -> runSafely(task), delayNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void executeAfterNextBatch(Runnable task) {
        assert inEventLoop();
        nextBatch.addLast(task);
    }

    @Override
    public long now() {
        if (clockIsStale) {
            clock = System.nanoTime();
            // Outside a batch nothing marks the end of a task, so the next call reads again.
            clockIsStale = !inBatch;
        }
        return clock;
    }

    @Override
    public SystemCalls systemCalls() {
        return systemCalls;
    }

    /** Registers past Netty's promise and wrapper: two objects fewer for each of a relay's sockets. */
    @Override
    public Registration register(int fd, int events, ReadyHandler handler) {
        assert inEventLoop();
        EpollRegistration registration = new EpollRegistration(this, fd, handler);
        try {
            IoRegistration netty = ioHandler().register(registration);
            registration.begin(netty, events);
        } catch (UncheckedIOException | Error e) {
            registration.forget();
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("registration of descriptor " + fd, e);
        }
        return registration;
    }
}
