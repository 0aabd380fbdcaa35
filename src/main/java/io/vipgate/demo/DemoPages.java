package io.vipgate.demo;

import io.vipgate.admin.AdminServer;
import io.vipgate.admin.Request;
import io.vipgate.admin.RequestException;
import io.vipgate.admin.http.Response;
import io.vipgate.admin.Route;
import io.vipgate.json.Json;
import io.vipgate.json.JsonBoolean;
import io.vipgate.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * The demo's own calls, {@code PUT /api/v1/demo/backends/{1,2}} and {@code /api/v1/demo/clients} with
 * {@code {"running": false}}. They need no token, since they can only stop a toy; pages of other sites can't call them, as they can't call
 * anything of the admin server.
 *
 * <p>Thread-safe.
 */
final class DemoPages {
    private static final String ALL = "/api/v1/demo/backends";
    private static final String PATTERN = ALL + "/{}";

    private static final String CLIENTS = "/api/v1/demo/clients";

    /** A backend, as the page is told of it. */
    private record Backend(String name, boolean running) {}

    /** All backends. */
    private record Backends(List<Backend> backends) {}

    private final List<DemoBackend> backends;
    private final DemoClients clients;

    DemoPages(List<DemoBackend> backends, DemoClients clients) {
        this.backends = List.copyOf(backends);
        this.clients = clients;
    }

    void mountOn(AdminServer server) {
        server.mount(new Route("GET", ALL, Route.Access.ANYBODY, _ -> Response.of(200, new Backends(
                backends.stream().map(DemoPages::status).toList()))));
        server.mount(new Route("GET", PATTERN, Route.Access.ANYBODY, call -> answer(find(call))));
        server.mount(new Route("PUT", PATTERN, Route.Access.ANYBODY, this::change));
        server.mount(new Route("GET", CLIENTS, Route.Access.ANYBODY, _ -> Response.of(200, clients.report())));
        server.mount(new Route("PUT", CLIENTS, Route.Access.ANYBODY, this::changeClients));
    }

    private Response change(Request call) throws RequestException {
        DemoBackend backend = find(call);
        boolean isWanted = isRunning(call.body());
        try {
            if (isWanted) {
                backend.start();
            } else {
                backend.stop();
            }
        } catch (IOException e) {
            throw new RequestException(500, backend.name() + " can't be started: " + e.getMessage(), List.of());
        }
        return answer(backend);
    }

    private Response changeClients(Request call) throws RequestException {
        if (isRunning(call.body())) {
            clients.start();
        } else {
            clients.stop();
        }
        return Response.of(200, clients.report());
    }

    private static boolean isRunning(Json body) throws RequestException {
        if (!(body instanceof JsonObject object) || !object.members().keySet().equals(Set.of("running"))
                || !(body.get("running") instanceof JsonBoolean(boolean isWanted))) {
            throw RequestException.bad("body (expected: {\"running\": true} or {\"running\": false})");
        }
        return isWanted;
    }

    private DemoBackend find(Request call) throws RequestException {
        return switch (call.names().getFirst()) {
            case "1" -> backends.get(0);
            case "2" -> backends.get(1);
            default -> throw RequestException.notFound("no such backend (expected: 1 or 2)");
        };
    }

    private static Response answer(DemoBackend backend) {
        return Response.of(200, status(backend));
    }

    private static Backend status(DemoBackend backend) {
        return new Backend(backend.name(), backend.isRunning());
    }
}
