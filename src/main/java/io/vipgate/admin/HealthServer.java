package io.vipgate.admin;

import com.sun.net.httpserver.HttpExchange;
import io.vipgate.json.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The read-only address ({@code metrics.bind}): {@code /healthz}, {@code /readyz} and whatever is mounted, for anybody who
 * can reach it.
 *
 * <p>Thread-safe.
 */
public final class HealthServer implements AutoCloseable {
    private final HealthSource condition;
    private final Map<String, Handler> mounted;
    private final BoundedHttpServer frame;

    /**
     * Binds an address; nobody is answered before {@link #start}.
     *
     * @param mounted further pages, by path
     * @throws IOException if the address can't be bound
     */
    public HealthServer(InetSocketAddress address, HealthSource condition, Map<String, Handler> mounted)
            throws IOException {
        this.condition = condition;
        this.mounted = Map.copyOf(mounted);
        frame = new BoundedHttpServer(address);
    }

    /** Begins to answer. */
    public void start() {
        frame.start(this::answer);
    }

    /** The port it is bound to. */
    public int port() {
        return frame.port();
    }

    private Response answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Response.error(405, "method (expected: GET)", List.of()).with("Allow", "GET, HEAD");
        }
        String path = String.valueOf(exchange.getRequestURI().getPath());
        Handler page = mounted.get(path);
        if (page != null) {
            try {
                return page
                        .answer(new Request(List.of(), Map.of(), Json.ofNull(), Request.Accept.of(exchange),
                                exchange.getRemoteAddress()));
            } catch (RequestException e) {
                return e.answer();
            }
        }
        return switch (path) {
            case "/healthz" -> HealthResponses.health(condition);
            case "/readyz" -> HealthResponses.readiness(condition);
            default -> Response.error(404, "no such page (expected: one of " + paths() + ")", List.of());
        };
    }

    private List<String> paths() {
        List<String> paths = new ArrayList<>(List.of("/healthz", "/readyz"));
        mounted.keySet().stream().sorted().forEach(paths::add);
        return paths;
    }

    @Override
    public void close() {
        frame.close();
    }
}
