package io.vipgate.admin;

import static io.vipgate.admin.Route.Access.ANYBODY;
import static io.vipgate.admin.Route.Access.TOKEN;

import io.vipgate.json.Json;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of the admin server: what each takes, and what it says in the log.
 *
 * <p>Immutable.
 */
final class AdminCalls {
    private static final Logger LOG = LoggerFactory.getLogger(AdminCalls.class);
    private static final List<String> STATES = List.of("ready", "drain", "maint");

    private final Operations operations;

    private AdminCalls(Operations operations) {
        this.operations = operations;
    }

    static List<Route> of(Operations operations) {
        AdminCalls calls = new AdminCalls(operations);
        return List.of(new Route("GET", "/healthz", ANYBODY, _ -> HealthPages.health(operations)),
                new Route("GET", "/readyz", ANYBODY, _ -> HealthPages.readiness(operations)),
                new Route("GET", "/api/v1/status", ANYBODY, _ -> Answer.of(200, operations.status())),
                new Route("PUT", "/api/v1/pools/{}/endpoints/{}/state", TOKEN, calls::toState),
                new Route("PUT", "/api/v1/pools/{}/endpoints/{}/weight", TOKEN, calls::toWeight),
                new Route("POST", "/api/v1/reload", TOKEN, calls::reload));
    }

    private Answer toState(Call call) throws CallException {
        String state = only(call.body(), "state").text();
        if (!STATES.contains(state)) {
            throw CallException.bad("body (expected: {\"state\": \"ready\"}, \"drain\" or \"maint\")");
        }
        Json done = operations.toState(call.names().get(0), call.names().get(1), state);
        tell(call, String.join("/", call.names()) + " to " + state);
        return Answer.of(200, done);
    }

    private Answer toWeight(Call call) throws CallException {
        int weight = only(call.body(), "weight").whole()
                .orElseThrow(() -> CallException.bad("body (expected: {\"weight\": N}, N a whole number)"));
        Json done = operations.toWeight(call.names().get(0), call.names().get(1), weight);
        tell(call, String.join("/", call.names()) + " to weight " + weight);
        return Answer.of(200, done);
    }

    private Answer reload(Call call) throws CallException {
        tell(call, "reload");
        return Answer.of(200, operations.reload());
    }

    /** The one member that a body may have. */
    private static Json only(Json body, String name) throws CallException {
        if (!(body instanceof Json.Members object) || !object.members().keySet().equals(Set.of(name))) {
            throw CallException.bad("body (expected: an object with the member \"" + name + "\" and no other)");
        }
        return body.at(name);
    }

    private static void tell(Call call, String what) {
        LOG.info("admin: {}, asked from {}", what, call.client());
    }
}
