package io.vipgate.admin;

import io.vipgate.admin.http.Response;
import io.vipgate.admin.http.BoundedHttpServer;
import io.vipgate.admin.http.Exchange;
import io.vipgate.admin.http.HttpBounds;
import io.vipgate.admin.http.HttpLoop;
import io.vipgate.json.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
     * @param loop what it lives on
     * @param mounted further pages, by path
     * @throws IOException if the address can't be bound
     */
    public HealthServer(HttpLoop loop, InetSocketAddress address, HealthSource condition, Map<String, Handler> mounted)
            throws IOException {
        this.condition = condition;
        this.mounted = Map.copyOf(mounted);
        frame = new BoundedHttpServer(loop, List.of(address), HttpBounds.USUAL);
    }

    /** Begins to answer. */
    public void start() {
        frame.start(new Looks());
    }

    /** The port it is bound to. */
    public int port() {
        return frame.port();
    }

    /** Nobody is trusted more than others. Thread-safe. */
    private final class Looks implements BoundedHttpServer.Pages {
        @Override
        public Response answer(Exchange exchange) {
            return HealthServer.this.answer(exchange);
        }

        @Override
        public Optional<Response> answerAtOnce(Exchange exchange) {
            return HealthResponses.areAskedBy(exchange)
                    ? Optional.of(HealthServer.this.answer(exchange))
                    : Optional.empty();
        }

        @Override
        public boolean isStopping() {
            return condition.isStopping();
        }

        @Override
        public boolean isTrusted(Exchange exchange) {
            return false;
        }
    }

    private Response answer(Exchange exchange) {
        String method = exchange.method();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Response.error(405, "method (expected: GET)", List.of()).with("Allow", "GET, HEAD");
        }
        String path = exchange.path();
        Handler page = mounted.get(path);
        if (page != null) {
            try {
                return page
                        .answer(new Request(List.of(), Map.of(), Json.ofNull(), Request.Accept.of(exchange),
                                exchange.caller(), exchange.remote(), false));
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
