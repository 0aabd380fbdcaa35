package io.vipgate.admin;

import io.vipgate.admin.http.Response;
import io.vipgate.admin.http.BoundedHttpServer;
import io.vipgate.admin.http.Exchange;
import io.vipgate.admin.http.HeapShare;
import io.vipgate.admin.http.HttpBounds;
import io.vipgate.admin.http.HttpLoop;
import io.vipgate.admin.model.CallList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * The operator's address ({@code admin.bind}).
 *
 * <p>A call goes through these doors, and the first that is shut answers: where it comes from (403), its path (404), its
 * method (405), the token (401), its parameters and its body (413, 415, 422).
 *
 * <p>Thread-safe.
 */
public final class AdminServer implements AutoCloseable {
    private final List<Route> routes = new CopyOnWriteArrayList<>();
    private final Operations operations;
    private final Guard guard;
    private final BoundedHttpServer frame;

    /**
     * Binds its addresses; nobody is answered before {@link #start}.
     *
     * @param loop what it lives on
     * @param operations what the calls do
     * @param share what its answers may hold of the heap
     * @param accessPolicy who is let in; asked for every call
     * @throws IOException if one can't be bound
     */
    public AdminServer(HttpLoop loop, List<? extends SocketAddress> addresses, Operations operations, HeapShare share,
            Supplier<AccessPolicy> accessPolicy)
            throws IOException {
        this.operations = operations;
        guard = new Guard(accessPolicy);
        routes.addAll(AdminRoutes.of(operations, new Renderings(operations, share)));
        routes.addAll(LivePage.routes());
        frame = new BoundedHttpServer(loop, addresses, HttpBounds.USUAL);
    }

    /** Begins to answer. */
    public void start() {
        routes.add(new Route("GET", "/api/v1", Route.Access.ANYBODY, _ -> Response.of(200, calls())));
        frame.start(new Doors());
    }

    /** Answers further calls from now on. */
    public void mount(Route route) {
        routes.add(route);
    }

    /** Lets in who knows this token too, as long as the server lives. */
    public void admit(Token token) {
        guard.admit(token);
    }

    /** What can be called here; how the page learns whether this is a demo. */
    private CallList calls() {
        return new CallList(routes.stream().filter(Route::isCall).map(route -> route.method() + " " + route.pattern())
                .toList());
    }

    /** The port of its first address; 0 when it listens on Unix sockets alone. */
    public int port() {
        return frame.port();
    }

    /** What comes first. Thread-safe. */
    private final class Doors implements BoundedHttpServer.Pages {
        @Override
        public Response answer(Exchange exchange) throws IOException {
            return AdminServer.this.answer(exchange);
        }

        @Override
        public Optional<Response> answerAtOnce(Exchange exchange) {
            if (!HealthResponses.areAskedBy(exchange)) {
                return Optional.empty();
            }
            try {
                return Optional.of(AdminServer.this.answer(exchange));
            } catch (IOException e) {
                // Only a body can't be read, and there is none.
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean isStopping() {
            return operations.isStopping();
        }

        @Override
        public boolean isTrusted(Exchange exchange) {
            return guard.knowsToken(exchange);
        }
    }

    private Response answer(Exchange exchange) throws IOException {
        try {
            guard.checkSource(exchange);
            return answerAdmitted(exchange);
        } catch (RequestException e) {
            Response answer = e.answer();
            return answer.status() == 401 ? answer.with("WWW-Authenticate", "Bearer realm=\"vipgate\"") : answer;
        }
    }

    private Response answerAdmitted(Exchange exchange) throws IOException, RequestException {
        String path = exchange.path();
        String method = exchange.method().equals("HEAD") ? "GET" : exchange.method();
        Set<String> allowed = new TreeSet<>();
        for (Route route : routes) {
            Optional<List<String>> names = route.match(path);
            if (names.isPresent() && route.method().equals(method)) {
                return answer(exchange, route, names.get());
            }
            if (names.isPresent()) {
                allowed.add(route.method());
            }
        }
        if (allowed.isEmpty()) {
            throw RequestException.notFound("no such page: " + path);
        }
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        String list = String.join(", ", allowed);
        return Response.error(405, "method: " + exchange.method() + " (expected: " + list + ")", List.of())
                .with("Allow", list);
    }

    private Response answer(Exchange exchange, Route route, List<String> names)
            throws IOException, RequestException {
        if (route.access() == Route.Access.TOKEN) {
            guard.checkToken(exchange);
        }
        Map<String, String> parameters = RequestReader.parameters(exchange, route.parameters());
        return route.page().answer(new Request(names, parameters,
                RequestReader.body(exchange, route.method().equals("PUT")), Request.Accept.of(exchange),
                exchange.caller(), exchange.remote(), guard.knowsToken(exchange)));
    }

    @Override
    public void close() {
        frame.close();
    }
}
