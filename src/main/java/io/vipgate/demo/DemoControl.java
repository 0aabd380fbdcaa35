package io.vipgate.demo;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The demo's one HTTP call, {@code PUT /api/v1/demo/backends/{1,2}} with {@code {"running": false}}. It needs no token,
 * since it can only stop a toy; but it takes only JSON, for a loopback name and from no foreign page, so that a page in a
 * browser on this machine can't call it.
 *
 * <p>Thread-safe.
 */
final class DemoControl implements AutoCloseable {
    private static final String PREFIX = "/api/v1/demo/backends/";
    private static final int MOST_BODY_BYTES = 1024;
    private static final Pattern BODY = Pattern.compile("\\s*\\{\\s*\"running\"\\s*:\\s*(true|false)\\s*}\\s*");
    private static final Pattern LOOPBACK = Pattern
            .compile("(?:https?://)?(?:localhost|127\\.0\\.0\\.1|\\[::1])(?::\\d{1,5})?");

    private final List<DemoBackend> backends;
    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    DemoControl(int port, List<DemoBackend> backends) throws IOException {
        this.backends = List.copyOf(backends);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(executor);
        server.createContext(PREFIX, this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange);
            byte[] body = (answer.json + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getRequestHeaders();
        if (!isLoopback(headers.getFirst("Host")) || (headers.containsKey("Origin")
                && !isLoopback(headers.getFirst("Origin")))) {
            return Answer.error(403, "only pages and names of this machine may call this");
        }
        DemoBackend backend = find(exchange.getRequestURI().getPath().substring(PREFIX.length()));
        if (backend == null) {
            return Answer.error(404, "no such backend (expected: 1 or 2)");
        }
        if (exchange.getRequestMethod().equals("GET")) {
            return Answer.of(backend);
        }
        if (!exchange.getRequestMethod().equals("PUT")) {
            return Answer.error(405, "method: " + exchange.getRequestMethod() + " (expected: GET or PUT)");
        }
        String type = headers.getFirst("Content-Type");
        if (type == null || !type.toLowerCase(java.util.Locale.ROOT).startsWith("application/json")) {
            return Answer.error(415, "Content-Type (expected: application/json)");
        }
        byte[] body = exchange.getRequestBody().readNBytes(MOST_BODY_BYTES);
        Matcher matcher = BODY.matcher(new String(body, StandardCharsets.UTF_8));
        if (!matcher.matches()) {
            return Answer.error(422, "body (expected: {\\\"running\\\": true} or {\\\"running\\\": false})");
        }
        if (Boolean.parseBoolean(matcher.group(1))) {
            backend.start();
        } else {
            backend.stop();
        }
        return Answer.of(backend);
    }

    private static boolean isLoopback(@Nullable String hostOrOrigin) {
        return hostOrOrigin != null && LOOPBACK.matcher(hostOrOrigin).matches();
    }

    private @Nullable DemoBackend find(String number) {
        return switch (number) {
            case "1" -> backends.get(0);
            case "2" -> backends.get(1);
            default -> null;
        };
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private record Answer(int status, String json) {
        static Answer of(DemoBackend backend) {
            return new Answer(200, "{\"name\": \"" + backend.name() + "\", \"running\": " + backend.isRunning() + "}");
        }

        static Answer error(int status, String message) {
            return new Answer(status, "{\"error\": \"" + message + "\", \"details\": []}");
        }
    }
}
