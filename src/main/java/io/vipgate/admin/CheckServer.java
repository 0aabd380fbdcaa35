package io.vipgate.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * The read-only address ({@code metrics.bind}): {@code /metrics}, {@code /healthz} and {@code /readyz}, for anybody
 * who can reach it.
 *
 * <p>Thread-safe.
 */
public final class CheckServer implements AutoCloseable {
    private static final int BACKLOG = 64;

    static {
        // Nobody who is slow or many may use up what the gateway keeps for itself. Read once, by the first server.
        setIfUnset("sun.net.httpserver.maxReqTime", "5");
        setIfUnset("sun.net.httpserver.maxRspTime", "5");
        setIfUnset("sun.net.httpserver.idleInterval", "10");
        setIfUnset("jdk.httpserver.maxConnections", "32");
        setIfUnset("sun.net.httpserver.nodelay", "true");
    }

    private final Condition condition;
    private final MetricsSource metrics;
    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Begins to serve.
     *
     * @throws IOException if the address can't be bound
     */
    public CheckServer(InetSocketAddress address, Condition condition, MetricsSource metrics) throws IOException {
        this.condition = condition;
        this.metrics = metrics;
        server = HttpServer.create(address, BACKLOG);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    private static void setIfUnset(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** The port it is bound to. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                send(exchange, 405, "{\"error\": \"method (expected: GET)\", \"details\": []}");
                return;
            }
            switch (exchange.getRequestURI().getPath()) {
                case "/metrics" -> scrape(exchange);
                case "/healthz" -> {
                    boolean isAlive = condition.isAlive();
                    send(exchange, isAlive ? 200 : 503, "{\"alive\": " + isAlive + "}");
                }
                case "/readyz" -> {
                    List<String> reasons = condition.reasonsAgainstClients();
                    send(exchange, reasons.isEmpty() ? 200 : 503, readiness(reasons));
                }
                case null, default -> send(exchange, 404,
                        "{\"error\": \"no such page (expected: /metrics, /healthz or /readyz)\", \"details\": []}");
            }
        }
    }

    private void scrape(HttpExchange exchange) throws IOException {
        Optional<MetricsSource.Page> page;
        try {
            page = metrics.scrape(header(exchange, "Accept"));
        } catch (InterruptedException e) {
            // The server is closed, and this connection with it.
            Thread.currentThread().interrupt();
            return;
        }
        if (page.isEmpty()) {
            send(exchange, 503, "{\"error\": \"too many scrapes at once\", \"details\": []}");
        } else if (header(exchange, "Accept-Encoding").contains("gzip")) {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            send(exchange, 200, page.get().contentType(), page.get().gzipped());
        } else {
            send(exchange, 200, page.get().contentType(), page.get().plain());
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return String.join(",", exchange.getRequestHeaders().getOrDefault(name, List.of()));
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        send(exchange, status, "application/json", new Json((json + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private static void send(HttpExchange exchange, int status, String contentType, MetricsSource.Body body)
            throws IOException {
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, isHead ? -1 : body.length());
        if (!isHead) {
            try (OutputStream out = exchange.getResponseBody()) {
                body.writeTo(out);
            }
        }
    }

    private static String readiness(List<String> reasons) {
        String list = reasons.stream().map(reason -> "\"" + reason + "\"").collect(Collectors.joining(", ", "[", "]"));
        return "{\"ready\": " + reasons.isEmpty() + ", \"reasons\": " + list + "}";
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    /** A short answer. Immutable. */
    private static final class Json implements MetricsSource.Body {
        private final byte[] bytes;

        Json(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes);
        }
    }
}
