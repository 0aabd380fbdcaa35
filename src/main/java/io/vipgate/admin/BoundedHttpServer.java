package io.vipgate.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JDK's HTTP server with bounds: so many connections at once, so much time for a request and for an answer. It has
 * threads of its own and needs no event loop.
 *
 * <p>Thread-safe.
 */
final class BoundedHttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BoundedHttpServer.class);
    private static final int BACKLOG = 64;

    static {
        // Nobody who is slow or many may use up what the gateway keeps for itself. Read once, by the first server.
        setIfUnset("sun.net.httpserver.maxReqTime", "5");
        setIfUnset("sun.net.httpserver.maxRspTime", "15");
        setIfUnset("sun.net.httpserver.idleInterval", "10");
        setIfUnset("sun.net.httpserver.maxReqHeaders", "64");
        setIfUnset("sun.net.httpserver.maxReqHeaderSize", "16384");
        setIfUnset("jdk.httpserver.maxConnections", "32");
        setIfUnset("sun.net.httpserver.nodelay", "true");
    }

    /** Answers every request. Thread-safe. */
    @FunctionalInterface
    interface Pages {
        /**
         * Answers.
         *
         * @throws IOException if the request can't be read
         */
        Response answer(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Binds an address; nobody is answered before {@link #start}.
     *
     * @throws IOException if the address can't be bound
     */
    BoundedHttpServer(InetSocketAddress address) throws IOException {
        try (ServerSocket first = new ServerSocket()) {
            // An HttpServer that can't bind leaves its descriptor behind.
            first.bind(address);
        }
        server = HttpServer.create(address, BACKLOG);
        server.setExecutor(executor);
    }

    /** Begins to answer. */
    void start(Pages pages) {
        server.createContext("/", exchange -> handle(exchange, pages));
        server.start();
    }

    private static void setIfUnset(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void handle(HttpExchange exchange, Pages pages) throws IOException {
        try (exchange) {
            send(exchange, answer(exchange, pages));
        }
    }

    private static void send(HttpExchange exchange, Response answer) throws IOException {
        try (Response.Body body = answer.body()) {
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(answer.status(), isHead ? -1 : body.length());
            if (!isHead) {
                try (OutputStream out = exchange.getResponseBody()) {
                    body.writeTo(out);
                }
            }
        }
    }

    private static Response answer(HttpExchange exchange, Pages pages) throws IOException {
        try {
            return pages.answer(exchange);
        } catch (RuntimeException | Error e) {
            LOG.error("a call could not be answered: {} {}", exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(), e);
            return Response.error(500, "a fault of the gateway itself; see its log", List.of());
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
