package io.vipgate.admin;

import com.sun.net.httpserver.HttpExchange;
import io.vipgate.admin.model.CallList;
import java.io.IOException;
import java.net.InetSocketAddress;
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
    private final Guard guard;
    private final BoundedHttpServer frame;

    /**
     * Binds an address; nobody is answered before {@link #start}.
     *
     * @param operations what the calls do
     * @param accessPolicy who is let in; asked for every call
     * @throws IOException if the address can't be bound
     */
    public AdminServer(InetSocketAddress address, Operations operations, Supplier<AccessPolicy> accessPolicy)
            throws IOException {
        guard = new Guard(accessPolicy);
        routes.addAll(AdminRoutes.of(operations));
        routes.addAll(LivePage.routes());
        frame = new BoundedHttpServer(address);
    }

    /** Begins to answer. */
    public void start() {
        routes.add(new Route("GET", "/api/v1", Route.Access.ANYBODY, _ -> Response.of(200, calls())));
        frame.start(this::answer);
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

    /** The port it is bound to. */
    public int port() {
        return frame.port();
    }

    private Response answer(HttpExchange exchange) throws IOException {
        try {
            guard.checkSource(exchange);
            return answerAdmitted(exchange);
        } catch (RequestException e) {
            Response answer = e.answer();
            return answer.status() == 401 ? answer.with("WWW-Authenticate", "Bearer realm=\"vipgate\"") : answer;
        }
    }

    private Response answerAdmitted(HttpExchange exchange) throws IOException, RequestException {
        String path = String.valueOf(exchange.getRequestURI().getPath());
        String method = exchange.getRequestMethod().equals("HEAD") ? "GET" : exchange.getRequestMethod();
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
        return Response.error(405, "method: " + exchange.getRequestMethod() + " (expected: " + list + ")", List.of())
                .with("Allow", list);
    }

    private Response answer(HttpExchange exchange, Route route, List<String> names)
            throws IOException, RequestException {
        if (route.access() == Route.Access.TOKEN) {
            guard.checkToken(exchange);
        }
        Map<String, String> parameters = RequestReader.parameters(exchange, route.parameters());
        return route.page().answer(new Request(names, parameters,
                RequestReader.body(exchange, route.method().equals("PUT")), Request.Accept.of(exchange),
                exchange.getRemoteAddress()));
    }

    @Override
    public void close() {
        frame.close();
    }
}
