package io.vipgate.admin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP on addresses and Unix sockets, with bounds: so many connections that do the same at once ({@link HttpBounds}), and so much time for
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
    private final Room trustedStreams;
    private final List<Listening> listening = new ArrayList<>();
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable Pages pages;
    private volatile boolean isClosing;

    /**
     * Binds all; nobody is answered before {@link #start}.
     *
     * @param addresses of TCP, or {@link java.net.UnixDomainSocketAddress}
     * @throws IOException if one can't be bound; then none is
     */
    public BoundedHttpServer(HttpLoop loop, List<? extends SocketAddress> addresses, HttpBounds bounds)
            throws IOException {
        waiting = new Room(bounds.waiting(), bounds.waitingOfOneSource(), 0, 0);
        answered = new Room(bounds.answered(), bounds.answeredOfOneSource(), MIN_IDLE_MILLIS, Room.NONE);
        streams = new Room(bounds.streams(), bounds.streams(), 0, 0);
        trusted = new Room(bounds.trusted(), bounds.trusted(), MIN_IDLE_MILLIS, MIN_IDLE_MILLIS);
        trustedStreams = new Room(bounds.trusted(), bounds.trusted(), 0, 0);
        try {
            for (SocketAddress address : addresses) {
                listening.add(Listening.bind(loop, address, this::onAccepted));
            }
        } catch (IOException e) {
            listening.forEach(Listening::close);
            threads.close();
            throw e;
        }
    }

    /** Begins to answer. */
    public void start(Pages answers) {
        pages = answers;
        listening.forEach(Listening::start);
    }

    /** The port of its first address; 0 when it listens on Unix sockets alone. */
    public int port() {
        return listening.stream().flatMapToInt(each -> each.port().stream()).findFirst().orElse(0);
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

    Room trustedStreams() {
        return trustedStreams;
    }

    boolean isStopping() {
        return isClosing || pages().isStopping();
    }

    Future<?> execute(Runnable answer) {
        return threads.submit(answer);
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
        } catch (RuntimeException | Error e) {
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

    /** Makes a connection of what was accepted. */
    private void onAccepted(Channel channel, Optional<UnixSocketFile> file) {
        HttpConnection connection = new HttpConnection(this, channel, Remote.of(channel, file));
        connections.add(connection);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                connection.onBytes();
                context.fireChannelRead(bytes);
            }
        }, new RequestDecoder(), new HttpResponseEncoder(), connection);
    }

    @Override
    public void close() {
        isClosing = true;
        listening.forEach(Listening::close);
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
