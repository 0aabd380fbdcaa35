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
public final class CheckServer implements AutoCloseable {
    private final Condition condition;
    private final Map<String, Page> mounted;
    private final HttpFrame frame;

    /**
     * Begins to serve.
     *
     * @param mounted further pages, by path
     * @throws IOException if the address can't be bound
     */
    public CheckServer(InetSocketAddress address, Condition condition, Map<String, Page> mounted) throws IOException {
        this.condition = condition;
        this.mounted = Map.copyOf(mounted);
        frame = new HttpFrame(address, this::answer);
    }

    /** The port it is bound to. */
    public int port() {
        return frame.port();
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.error(405, "method (expected: GET)", List.of()).with("Allow", "GET, HEAD");
        }
        String path = String.valueOf(exchange.getRequestURI().getPath());
        Page page = mounted.get(path);
        if (page != null) {
            try {
                return page
                        .answer(new Call(List.of(), Map.of(), Json.absent(), Call.Accept.of(exchange),
                                exchange.getRemoteAddress()));
            } catch (CallException e) {
                return e.answer();
            }
        }
        return switch (path) {
            case "/healthz" -> HealthPages.health(condition);
            case "/readyz" -> HealthPages.readiness(condition);
            default -> Answer.error(404, "no such page (expected: one of " + paths() + ")", List.of());
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
