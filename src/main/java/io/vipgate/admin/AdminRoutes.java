package io.vipgate.admin;

import io.vipgate.admin.http.Response;
import io.vipgate.admin.model.StandbyState;
import io.vipgate.admin.model.ClosedRelays;
import io.vipgate.admin.model.EndpointAddresses;
import io.vipgate.admin.model.ForgottenPins;
import io.vipgate.admin.model.ListenerStatus;
import io.vipgate.json.Json;
import io.vipgate.json.JsonObject;
import io.vipgate.text.Sanitizer;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import static io.vipgate.admin.Route.Access.ANYBODY;
import static io.vipgate.admin.Route.Access.TOKEN;

/**
 * The calls of the admin server: what each takes, and what it says in the log.
 *
 * <p>Immutable.
 */
final class AdminRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(AdminRoutes.class);
    private static final List<String> STATES = List.of("ready", "drain", "maint");
    private static final List<String> LISTENER_STATES = List.of("ready", "paused", "refusing");
    private static final Set<String> FILTERS = Set.of("endpoint", "client", "pool", "listener");
    private static final Set<String> FILTERS_AND_PAGE = Set.of("endpoint", "client", "pool", "listener", "after",
            "limit");
    private static final int USUAL_ON_PAGE = 100;
    private static final int MAX_ON_PAGE = 1000;
    /** Of what a caller has written, in the log. */
    private static final int MAX_TOLD = 400;

    private final Operations operations;
    private final Renderings renderings;

    private AdminRoutes(Operations operations, Renderings renderings) {
        this.operations = operations;
        this.renderings = renderings;
    }

    static List<Route> of(Operations operations, Renderings renderings) {
        AdminRoutes calls = new AdminRoutes(operations, renderings);
        List<Route> routes = new ArrayList<>(
                List.of(new Route("GET", "/healthz", ANYBODY, _ -> HealthResponses.health(operations)),
                        new Route("GET", "/readyz", ANYBODY, _ -> HealthResponses.readiness(operations)),
                        new Route("GET", "/api/v1/status", ANYBODY, _ -> renderings.status()),
                        new Route("GET", "/api/v1/history", ANYBODY, Set.of("since"), calls::history),
                        new Route("GET", "/api/v1/stream", ANYBODY, Set.of("since"),
                                new EventStream(operations, renderings)),
                        new Route("PUT", "/api/v1/pools/{}/endpoints/{}/state", TOKEN, calls::toState),
                        new Route("PUT", "/api/v1/pools/{}/endpoints/{}/weight", TOKEN, calls::toWeight),
                        new Route("PUT", "/api/v1/listeners/{}/state", TOKEN, calls::toListenerState),
                        new Route("GET", "/api/v1/explain", ANYBODY,
                                Set.of("listener", "client", "peer", "serverName", "alpn"), calls::explain),
                        new Route("GET", "/api/v1/relays", TOKEN, FILTERS_AND_PAGE, calls::relays),
                        new Route("DELETE", "/api/v1/relays", TOKEN, FILTERS, calls::closeRelays),
                        new Route("DELETE", "/api/v1/relays/{}", TOKEN, calls::closeRelay),
                        new Route("GET", "/api/v1/relays/{}", TOKEN, calls::relay),
                        new Route("GET", "/api/v1/pools/{}/pins", TOKEN, Set.of("after", "limit"), calls::pins),
                        new Route("DELETE", "/api/v1/pools/{}/pins", TOKEN, calls::forgetAll),
                        new Route("GET", "/api/v1/pools/{}/pins/{}", TOKEN, calls::pin),
                        new Route("DELETE", "/api/v1/pools/{}/pins/{}", TOKEN, calls::forget),
                        new Route("POST", "/api/v1/pools/{}/rebalance", TOKEN, Set.of("dryRun"), calls::rebalance),
                        new Route("DELETE", "/api/v1/pools/{}/rebalance", TOKEN, calls::stopRebalancing),
                        new Route("GET", "/api/v1/sources", TOKEN, Set.of("listener", "limit"), calls::sources),
                        new Route("GET", "/api/v1/configurations", TOKEN, calls::configurations),
                        new Route("POST", "/api/v1/rollback", TOKEN, Set.of("steps", "dryRun"), calls::rollBack),
                        new Route("PUT", "/api/v1/standby", TOKEN, calls::toStandby),
                        new Route("POST", "/api/v1/reload", TOKEN, Set.of("dryRun", "confirm", "unless"),
                                calls::reload),
                        new Route("POST", "/api/v1/reload/confirm", TOKEN, calls::confirm)));
        routes.addAll(BlockCalls.of(operations, renderings));
        return routes;
    }

    private Response history(Request call) throws RequestException {
        return new Response(200, Response.JSON, operations.history(since(call)), Map.of());
    }

    /** Parameter {@code since} in milliseconds; 0, for all there is, when it is not said. */
    static long since(Request call) throws RequestException {
        String text = call.parameters().getOrDefault("since", "0");
        if (!text.matches("\\d{1,12}(\\.\\d{1,3})?")) {
            throw RequestException.bad("parameter since: " + text
                    + " (expected: a moment in seconds of Unix time, with three decimals at most)");
        }
        return new BigDecimal(text).movePointRight(3).longValueExact();
    }

    private Response toState(Request call) throws RequestException {
        String state = only(call.body(), "state").text();
        if (!STATES.contains(state)) {
            throw RequestException.bad("body (expected: {\"state\": \"ready\"}, \"drain\" or \"maint\")");
        }
        EndpointAddresses done = operations.toState(call.names().get(0), call.names().get(1), state);
        tell(call, String.join("/", call.names()) + " to " + state);
        return Response.of(200, done);
    }

    private Response toWeight(Request call) throws RequestException {
        int weight = only(call.body(), "weight").whole()
                .orElseThrow(() -> RequestException.bad("body (expected: {\"weight\": N}, N a whole number)"));
        EndpointAddresses done = operations.toWeight(call.names().get(0), call.names().get(1), weight);
        tell(call, String.join("/", call.names()) + " to weight " + weight);
        return Response.of(200, done);
    }

    private Response toListenerState(Request call) throws RequestException {
        String state = only(call.body(), "state").text();
        if (!LISTENER_STATES.contains(state)) {
            throw RequestException.bad("body (expected: {\"state\": \"ready\"}, \"paused\" or \"refusing\")");
        }
        ListenerStatus done = operations.toListenerState(call.names().getFirst(), state);
        tell(call, "listener " + done.name() + " to " + state);
        return Response.of(200, done);
    }

    private Response explain(Request call) throws RequestException {
        String listener = call.parameters().getOrDefault("listener", "");
        if (listener.isEmpty()) {
            throw RequestException.bad("parameter listener (expected: the name of a listener)");
        }
        InetAddress client = address("parameter client", call.parameters().getOrDefault("client", ""));
        String conveying = call.parameters().getOrDefault("peer", "");
        Optional<InetAddress> peer = conveying.isEmpty()
                ? Optional.empty()
                : Optional.of(address("parameter peer", conveying));
        Optional<String> serverName = Optional.ofNullable(call.parameters().get("serverName"))
                .filter(name -> !name.isEmpty());
        List<String> protocols = Stream.of(call.parameters().getOrDefault("alpn", "").split(","))
                .filter(protocol -> !protocol.isEmpty()).toList();
        ExplainedClient explained = new ExplainedClient(client, peer, serverName, protocols);
        return renderings.of(call, () -> operations.explain(listener, explained));
    }

    // ---- relays ----

    private Response relays(Request call) throws RequestException {
        RelayFilter filter = filter(call);
        int most = limit(call);
        return renderings.of(call, () -> operations.relays(filter, call.parameters().getOrDefault("after", ""), most));
    }

    private Response relay(Request call) throws RequestException {
        return Response.of(200, operations.relay(call.names().getFirst()));
    }

    private Response closeRelay(Request call) throws RequestException {
        ClosedRelays done = operations.closeRelay(call.names().getFirst());
        tell(call, "close relay " + call.names().getFirst());
        return Response.of(200, done);
    }

    private Response closeRelays(Request call) throws RequestException {
        if (call.parameters().isEmpty()) {
            throw RequestException.bad("parameters (expected: which relays, by endpoint=POOL/ENDPOINT, client=ADDRESS, "
                    + "pool=POOL or listener=LISTENER)");
        }
        ClosedRelays done = operations.closeRelays(filter(call));
        tell(call, "close relays of " + call.parameters() + ": " + done.closed());
        return Response.of(200, done);
    }

    private static RelayFilter filter(Request call) throws RequestException {
        Optional<String> endpoint = Optional.ofNullable(call.parameters().get("endpoint"));
        Optional<String> pool = Optional.ofNullable(call.parameters().get("pool"));
        Optional<String> client = Optional.ofNullable(call.parameters().get("client"));
        if (endpoint.isPresent()) {
            int slash = endpoint.get().indexOf('/');
            if (slash <= 0 || pool.isPresent()) {
                throw RequestException.bad("parameter endpoint (expected: POOL/ENDPOINT, and no parameter pool)");
            }
            pool = Optional.of(endpoint.get().substring(0, slash));
            endpoint = Optional.of(endpoint.get().substring(slash + 1));
        }
        return new RelayFilter(pool, endpoint, Optional.ofNullable(call.parameters().get("listener")),
                client.isPresent() ? Optional.of(address("parameter client", client.get())) : Optional.empty());
    }

    /** Parameter {@code limit}. */
    static int limit(Request call) throws RequestException {
        String text = call.parameters().getOrDefault("limit", String.valueOf(USUAL_ON_PAGE));
        int value = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
        if (value < 1 || value > MAX_ON_PAGE) {
            throw RequestException.bad("parameter limit: " + text + " (expected: 1 to " + MAX_ON_PAGE + ")");
        }
        return value;
    }

    /** Never asks a name server. */
    private static InetAddress address(String what, String text) throws RequestException {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw RequestException.bad(what + ": " + text + " (expected: an IPv4 or IPv6 address)");
        }
    }

    private Response sources(Request call) throws RequestException {
        int most = limit(call);
        return renderings.of(call,
                () -> operations.sources(Optional.ofNullable(call.parameters().get("listener")), most));
    }

    // ---- pins ----

    private Response pins(Request call) throws RequestException {
        String after = call.parameters().getOrDefault("after", "");
        Optional<InetAddress> last = after.isEmpty()
                ? Optional.empty()
                : Optional.of(address("parameter after", after));
        int most = limit(call);
        return renderings.of(call, () -> operations.pins(call.names().getFirst(), last, most));
    }

    private Response pin(Request call) throws RequestException {
        return Response.of(200, operations.pin(call.names().get(0), address("client", call.names().get(1))));
    }

    private Response forget(Request call) throws RequestException {
        ForgottenPins done = operations.forget(call.names().get(0), address("client", call.names().get(1)));
        tell(call, "forget the pin of " + call.names().get(1) + " in " + call.names().get(0));
        return Response.of(200, done);
    }

    private Response forgetAll(Request call) throws RequestException {
        ForgottenPins done = operations.forgetAll(call.names().getFirst());
        tell(call, "forget all pins of " + call.names().getFirst() + ": " + done.forgotten());
        return Response.of(200, done);
    }

    private Response rebalance(Request call) throws RequestException {
        boolean isDryRun = isDryRun(call);
        if (!isDryRun) {
            tell(call, "rebalance pool " + call.names().getFirst());
        }
        return Response.of(200, operations.rebalance(call.names().getFirst(), isDryRun));
    }

    private Response stopRebalancing(Request call) throws RequestException {
        tell(call, "stop rebalancing pool " + call.names().getFirst());
        return Response.of(200, operations.stopRebalancing(call.names().getFirst()));
    }

    private Response reload(Request call) throws RequestException {
        ReloadOptions options = new ReloadOptions(isDryRun(call),
                Optional.ofNullable(call.parameters().get("confirm")),
                Optional.ofNullable(call.parameters().get("unless")));
        if (options.isDryRun() && (options.confirm().isPresent() || options.unless().isPresent())) {
            throw RequestException.bad("parameter dryRun: true (expected: neither confirm nor unless with it)");
        }
        if (!options.isDryRun()) {
            tell(call, "reload" + options.confirm().map(term -> ", to be confirmed within " + term).orElse("")
                    + options.unless().map(condition -> ", unless " + condition).orElse(""));
        }
        return Response.of(200, operations.reload(options));
    }

    private static boolean isDryRun(Request call) throws RequestException {
        String dryRun = call.parameters().getOrDefault("dryRun", "false");
        if (!dryRun.equals("true") && !dryRun.equals("false")) {
            throw RequestException.bad("parameter dryRun: " + dryRun + " (expected: true or false)");
        }
        return dryRun.equals("true");
    }

    private Response configurations(Request call) throws RequestException {
        return Response.of(200, operations.configurations());
    }

    private Response rollBack(Request call) throws RequestException {
        String steps = call.parameters().getOrDefault("steps", "1");
        if (!steps.matches("[1-5]")) {
            throw RequestException.bad("parameter steps: " + steps + " (expected: 1 to 5)");
        }
        boolean isDryRun = isDryRun(call);
        if (!isDryRun) {
            tell(call, "roll back by " + steps);
        }
        return Response.of(200, operations.rollBack(Integer.parseInt(steps), isDryRun));
    }

    private Response toStandby(Request call) throws RequestException {
        Json wanted = only(call.body(), "standby");
        if (!wanted.toString().equals("true") && !wanted.toString().equals("false")) {
            throw RequestException.bad("body: standby (expected: true or false)");
        }
        StandbyState done = operations.toStandby(wanted.isTrue());
        tell(call, done.standby() ? "standby" : "active");
        return Response.of(200, done);
    }

    private Response confirm(Request call) throws RequestException {
        tell(call, "confirm the configuration");
        return Response.of(200, operations.confirm());
    }

    /** The one member that a body may have. */
    private static Json only(Json body, String name) throws RequestException {
        if (!(body instanceof JsonObject object) || !object.members().keySet().equals(Set.of(name))) {
            throw RequestException.bad("body (expected: an object with the member \"" + name + "\" and no other)");
        }
        return body.get(name);
    }

    private void tell(Request call, String what) {
        renderings.forgetStatus();
        LOG.info("admin: {}, requested by {}", Sanitizer.escape(what, MAX_TOLD), call.client());
    }
}
