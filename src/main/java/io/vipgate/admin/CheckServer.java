package io.vipgate.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * The read-only address ({@code metrics.bind}): {@code /healthz} and {@code /readyz}, for anybody who can reach it.
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
    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Begins to serve.
     *
     * @throws IOException if the address can't be bound
     */
    public CheckServer(InetSocketAddress address, Condition condition) throws IOException {
        this.condition = condition;
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
            Answer answer = answer(exchange);
            byte[] body = (answer.json + "\n").getBytes(StandardCharsets.UTF_8);
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(answer.status, isHead ? -1 : body.length);
            if (!isHead) {
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
        }
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return new Answer(405, "{\"error\": \"method (expected: GET)\", \"details\": []}");
        }
        return switch (exchange.getRequestURI().getPath()) {
            case "/healthz" -> condition.isAlive()
                    ? new Answer(200, "{\"alive\": true}")
                    : new Answer(503, "{\"alive\": false}");
            case "/readyz" -> readiness(condition.reasonsAgainstClients());
            case null, default -> new Answer(404,
                    "{\"error\": \"no such page (expected: /healthz or /readyz)\", \"details\": []}");
        };
    }

    private static Answer readiness(List<String> reasons) {
        String list = reasons.stream().map(reason -> "\"" + reason + "\"").collect(Collectors.joining(", ", "[", "]"));
        return new Answer(reasons.isEmpty() ? 200 : 503,
                "{\"ready\": " + reasons.isEmpty() + ", \"reasons\": " + list + "}");
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private record Answer(int status, String json) {}
}
