package io.vipgate.demo;

import io.vipgate.admin.AdminServer;
import io.vipgate.admin.Answer;
import io.vipgate.admin.Call;
import io.vipgate.admin.CallException;
import io.vipgate.admin.Route;
import io.vipgate.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * The demo's own call, {@code PUT /api/v1/demo/backends/{1,2}} with {@code {"running": false}}. It needs no token, since it
 * can only stop a toy; pages of other sites can't call it, as they can't call anything of the admin server.
 *
 * <p>Thread-safe.
 */
final class DemoPages {
    private static final String ALL = "/api/v1/demo/backends";
    private static final String PATTERN = ALL + "/{}";

    private final List<DemoBackend> backends;

    DemoPages(List<DemoBackend> backends) {
        this.backends = List.copyOf(backends);
    }

    void mountOn(AdminServer server) {
        server.mount(new Route("GET", ALL, Route.Access.ANYBODY, _ -> Answer.of(200, Json.members().with("backends",
                Json.of(backends.stream().map(DemoPages::json).toList())).make())));
        server.mount(new Route("GET", PATTERN, Route.Access.ANYBODY, call -> answer(find(call))));
        server.mount(new Route("PUT", PATTERN, Route.Access.ANYBODY, this::change));
    }

    private Answer change(Call call) throws CallException {
        DemoBackend backend = find(call);
        if (!(call.body() instanceof Json.Members object) || !object.members().keySet().equals(Set.of("running"))
                || !(call.body().at("running") instanceof Json.Truth(boolean isWanted))) {
            throw CallException.bad("body (expected: {\"running\": true} or {\"running\": false})");
        }
        try {
            if (isWanted) {
                backend.start();
            } else {
                backend.stop();
            }
        } catch (IOException e) {
            throw new CallException(500, backend.name() + " can't be started: " + e.getMessage(), List.of());
        }
        return answer(backend);
    }

    private DemoBackend find(Call call) throws CallException {
        return switch (call.names().getFirst()) {
            case "1" -> backends.get(0);
            case "2" -> backends.get(1);
            default -> throw CallException.notFound("no such backend (expected: 1 or 2)");
        };
    }

    private static Answer answer(DemoBackend backend) {
        return Answer.of(200, json(backend));
    }

    private static Json json(DemoBackend backend) {
        return Json.members().with("name", backend.name()).with("running", backend.isRunning()).make();
    }
}
