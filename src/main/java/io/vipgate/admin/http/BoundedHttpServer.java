package io.vipgate.admin.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.Errors;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP on one address, with bounds: so many connections that do the same at once ({@link HttpBounds}), and so much time for
 * each step of a request and of its answer.
 *
 * <p>A caller is a stranger until the head of a request shows a token. There is always room to read a head: the one that takes
 * longest ends for a newcomer. Who has a token has places of his own. Pages that are there at once are answered on the loop,
 * and need none.
 *
 * <p>Thread-safe.
 */
public final class BoundedHttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BoundedHttpServer.class);
    private static final int BACKLOG = 512;
    private static final int ACCEPTED_AT_ONCE = 4;
    private static final long MIN_IDLE_MILLIS = 1_000;
    private static final long LAST_ANSWERS_MILLIS = 500;

    /** Answers every request. Thread-safe. */
    public interface Pages {
        /**
         * Answers, on a virtual thread.
         *
         * @throws IOException if the request can't be read
         */
        Response answer(Exchange exchange) throws IOException;

        /** What can be answered without waiting for anything; empty for all else. On the loop, and must not block. */
        Optional<Response> answerAtOnce(Exchange exchange);

        /** Whether what can't be answered is no fault, since all is about to end; connections are not kept then. */
        boolean isStopping();

        /** Whether the caller has a place of his own. On the loop, and must not block. */
        boolean isTrusted(Exchange exchange);
    }

    private final Room waiting;
    private final Room answered;
    private final Room streams;
    private final Room trusted;
    private final Channel listening;
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable Pages pages;
    private volatile boolean isClosing;

    /**
     * Binds an address; nobody is answered before {@link #start}.
     *
     * @throws IOException if the address can't be bound
     */
    public BoundedHttpServer(HttpLoop loop, InetSocketAddress address, HttpBounds bounds) throws IOException {
        waiting = new Room(bounds.waiting(), bounds.waitingOfOneSource(), 0);
        answered = new Room(bounds.answered(), bounds.answeredOfOneSource(), MIN_IDLE_MILLIS);
        streams = new Room(bounds.streams(), bounds.streams(), 0);
        trusted = new Room(bounds.trusted(), bounds.trusted(), MIN_IDLE_MILLIS);
        ChannelFuture bound = new ServerBootstrap().group(loop.group()).channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG).option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR,
                        new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(ACCEPTED_AT_ONCE))
                .childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 1024, 8192).maxMessagesPerRead(1))
                .childHandler(new Accepted()).bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            threads.close();
            throw inWords(bound.cause());
        }
        listening = bound.channel();
    }

    private static IOException inWords(Throwable cause) {
        if (cause instanceof Errors.NativeIoException fault) {
            String message = String.valueOf(fault.getMessage());
            return new IOException(message.substring(message.lastIndexOf(": ") + 1).strip(), cause);
        }
        return cause instanceof IOException fault ? fault : new IOException(cause);
    }

    /** Begins to answer. */
    public void start(Pages answers) {
        pages = answers;
        listening.config().setAutoRead(true);
    }

    /** The port it is bound to. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    // ---- for its connections ----

    Room waiting() {
        return waiting;
    }

    Room answered() {
        return answered;
    }

    Room streams() {
        return streams;
    }

    Room trusted() {
        return trusted;
    }

    boolean isStopping() {
        return isClosing || pages().isStopping();
    }

    void execute(Runnable answer) {
        threads.execute(answer);
    }

    private Pages pages() {
        Pages present = pages;
        if (present == null) {
            throw new IllegalStateException("not started");
        }
        return present;
    }

    boolean isTrusted(Exchange exchange) {
        return pages().isTrusted(exchange);
    }

    Optional<Response> answerAtOnce(Exchange exchange) {
        try {
            return pages().answerAtOnce(exchange);
        } catch (RuntimeException e) {
            return Optional.of(fault(exchange, e));
        }
    }

    Response answer(Exchange exchange) throws IOException {
        try {
            return pages().answer(exchange);
        } catch (RuntimeException | Error e) {
            return fault(exchange, e);
        }
    }

    private Response fault(Exchange exchange, Throwable fault) {
        if (isStopping()) {
            LOG.debug("a call came too late: {} {}: {}", exchange.method(), exchange.target(), fault.toString());
            return Response.busy("the gateway is shutting down");
        }
        LOG.error("a call could not be answered: {} {}", exchange.method(), exchange.target(), fault);
        return Response.error(500, "a fault of the gateway itself; see its log", List.of());
    }

    void forget(HttpConnection connection) {
        connections.remove(connection);
    }

    /** Makes a connection of what was accepted. Stateless. */
    private final class Accepted extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            HttpConnection connection = new HttpConnection(BoundedHttpServer.this, channel);
            connections.add(connection);
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object bytes) {
                    connection.onBytes();
                    context.fireChannelRead(bytes);
                }
            }, new RequestDecoder(), new HttpResponseEncoder(), connection);
        }
    }

    @Override
    public void close() {
        isClosing = true;
        listening.close().awaitUninterruptibly();
        threads.shutdown();
        try {
            boolean _ = threads.awaitTermination(LAST_ANSWERS_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.shutdownNow();
        connections.forEach(HttpConnection::end);
    }
}
