package io.vipgate.eventloop;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of the process, one thread each.
 *
 * <p>Thread-safe.
 */
public final class EventLoops implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final List<EventLoop> loops;

    /**
     * Starts the loops of relays.
     *
     * @param count how many, at least 1
     * @throws IllegalStateException if {@link #whyUnavailable()} says that epoll can't be used
     */
    public EventLoops(int count) {
        this(count, new DefaultThreadFactory("vipgate-loop"));
    }

    /**
     * Starts a loop for something else.
     *
     * @param thread name of its thread
     * @throws IllegalStateException if {@link #whyUnavailable()} says that epoll can't be used
     */
    public static EventLoops one(String thread) {
        return new EventLoops(1, new DefaultThreadFactory(thread) {
            @Override
            protected Thread newThread(Runnable task, String numbered) {
                return super.newThread(task, thread);
            }
        });
    }

    private EventLoops(int count, ThreadFactory threads) {
        group = new Group(count, threads);
        List<EventLoop> all = new ArrayList<>();
        for (EventExecutor executor : group) {
            all.add((EpollEventLoop) executor);
        }
        loops = List.copyOf(all);
    }

    /** Why Netty's native epoll can't be used on this machine, in one line; null when it can. */
    public static @Nullable String whyUnavailable() {
        Throwable cause = Epoll.unavailabilityCause();
        if (cause == null) {
            return null;
        }
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }

    /** The loops, in a fixed order. */
    public List<EventLoop> all() {
        return loops;
    }

    /** Ends the loops, and waits up to 5 s for their threads. What is still registered is closed. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private static final class Group extends MultiThreadIoEventLoopGroup {
        Group(int count, ThreadFactory threads) {
            super(count, threads, EpollIoHandler.newFactory());
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
            return new EpollEventLoop(this, executor, factory);
        }
    }
}
