package io.vipgate.admin;

import io.vipgate.admin.http.Response;
import io.vipgate.admin.model.BlockedNetwork;
import io.vipgate.admin.model.LiftedBlocks;
import io.vipgate.json.Json;
import io.vipgate.json.JsonBoolean;
import io.vipgate.json.JsonObject;
import io.vipgate.json.JsonString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import static io.vipgate.admin.Route.Access.TOKEN;

/**
 * The calls about blocks. The slash of a network may stand in the path as it is, or escaped.
 *
 * <p>Immutable.
 */
final class BlockCalls {
    private static final String ALL = "/api/v1/blocks";
    private static final List<String> ONE = List.of(ALL + "/{}", ALL + "/{}/{}");
    private static final Set<String> MEMBERS = new TreeSet<>(Set.of("for", "why", "keep", "wide"));

    private final Operations operations;
    private final Renderings renderings;

    private BlockCalls(Operations operations, Renderings renderings) {
        this.operations = operations;
        this.renderings = renderings;
    }

    static List<Route> of(Operations operations, Renderings renderings) {
        BlockCalls calls = new BlockCalls(operations, renderings);
        return Stream.concat(
                Stream.of(new Route("GET", ALL, TOKEN, Set.of("after", "limit"), calls::list)),
                ONE.stream().flatMap(path -> Stream.of(new Route("GET", path, TOKEN, calls::show),
                        new Route("PUT", path, TOKEN, calls::block), new Route("DELETE", path, TOKEN, calls::lift))))
                .toList();
    }

    private Response list(Request call) throws RequestException {
        int most = AdminRoutes.limit(call);
        return renderings.of(call, () -> operations.blocks(call.parameters().getOrDefault("after", ""), most));
    }

    private Response show(Request call) throws RequestException {
        return Response.of(200, operations.block(network(call)));
    }

    private Response block(Request call) throws RequestException {
        Map<String, Json> members = members(call.body());
        Optional<String> term = members.containsKey("for")
                ? Optional.of(text(members, "for"))
                : Optional.empty();
        BlockedNetwork done = operations.block(new BlockRequest(network(call), term, text(members, "why"),
                flag(members, "keep"), flag(members, "wide"), call.address(), call.client()));
        var _ = renderings.forgetStatus();
        return Response.of(200, done);
    }

    private Response lift(Request call) throws RequestException {
        LiftedBlocks done = operations.lift(network(call), call.client());
        var _ = renderings.forgetStatus();
        return Response.of(200, done);
    }

    private static String network(Request call) {
        return String.join("/", call.names());
    }

    private static Map<String, Json> members(Json body) throws RequestException {
        if (!(body instanceof JsonObject object) || !MEMBERS.containsAll(object.members().keySet())) {
            throw RequestException.bad("body (expected: an object with some of the members " + MEMBERS + ")");
        }
        return object.members();
    }

    private static String text(Map<String, Json> members, String name) throws RequestException {
        return switch (members.get(name)) {
            case null -> "";
            case JsonString text -> text.value();
            default -> throw RequestException.bad("body: " + name + " (expected: a string)");
        };
    }

    private static boolean flag(Map<String, Json> members, String name) throws RequestException {
        return switch (members.get(name)) {
            case null -> false;
            case JsonBoolean flag -> flag.value();
            default -> throw RequestException.bad("body: " + name + " (expected: true or false)");
        };
    }
}
