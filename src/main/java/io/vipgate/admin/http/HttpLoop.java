package io.vipgate.admin.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The event loop that HTTP connections live on, apart from those that relay. Nothing on it blocks.
 *
 * <p>Thread-safe.
 */
public final class HttpLoop implements AutoCloseable {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1,
            new DefaultThreadFactory("vipgate-admin", true),
            EpollIoHandler.newFactory());

    /** Opens what it waits with; its thread comes with the first server. */
    public HttpLoop() {}

    EventLoopGroup group() {
        return group;
    }

    /** Ends it, and waits up to 2 s for its thread. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
