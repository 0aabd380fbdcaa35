package io.vipgate.cli;

import io.vipgate.json.Json;
import io.vipgate.json.JsonException;
import io.vipgate.json.JsonParser;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.Path;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Calls the admin server of a running gateway.
 *
 * <p>Immutable.
 */
final class AdminClient {
    /** Of asking; a server that is flooded may end a connection before it has read what is asked. */
    private static final int MAX_ROUNDS = 3;

    private final List<URI> bases;
    private final Supplier<String> token;

    /** Calls the first of these that takes the call. */
    AdminClient(List<URI> bases, Supplier<String> token) {
        this.bases = List.copyOf(bases);
        this.token = token;
    }

    /** Where the gateway is looked for first. */
    URI base() {
        return bases.getFirst();
    }

    /** Asks what anybody may ask. */
    Json get(String path, Map<String, String> parameters) {
        return call("GET", path, parameters, false, "");
    }

    /** Asks with the token. */
    Json getWithToken(String path, Map<String, String> parameters) {
        return call("GET", path, parameters, true, "");
    }

    Json put(String path, Json body) {
        return call("PUT", path, Map.of(), true, body.toString());
    }

    Json post(String path) {
        return post(path, Map.of());
    }

    Json post(String path, Map<String, String> parameters) {
        return call("POST", path, parameters, true, "");
    }

    Json delete(String path, Map<String, String> parameters) {
        return call("DELETE", path, parameters, true, "");
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Calls.
     *
     * @throws CommandException if the gateway can't be reached, or refuses
     */
    private Json call(String method, String path, Map<String, String> parameters, boolean withToken, String body) {
        String query = parameters.entrySet().stream()
                .map(parameter -> encode(parameter.getKey()) + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&", parameters.isEmpty() ? "" : "?", ""));
        AdminCall call = new AdminCall(method, path + query, body);
        for (int round = 1;; round++) {
            try {
                return callOnce(call, withToken);
            } catch (CommandException e) {
                if (round == MAX_ROUNDS || !call.isRead() || !(e.getCause() instanceof SocketException)
                        || e.getCause() instanceof ConnectException) {
                    throw e;
                }
            }
        }
    }

    /** Tries one address after the other, as long as nothing can have been changed. */
    private Json callOnce(AdminCall call, boolean withToken) {
        Optional<CommandException> failure = Optional.empty();
        for (URI base : bases) {
            AdminCall.Answer answer;
            try {
                answer = send(base, call, withToken);
            } catch (CommandException e) {
                // Without a token: that the first address did not answer says more.
                throw failure.orElse(e);
            } catch (IOException | IllegalArgumentException e) {
                CommandException unreachable = unreachable(base, e);
                if (!call.isRead() && !(e instanceof ConnectException) && !(e instanceof UnsentException)) {
                    throw unreachable;
                }
                failure = Optional.of(unreachable);
                continue;
            }
            return read(base, answer);
        }
        throw failure.orElseThrow();
    }

    private AdminCall.Answer send(URI base, AdminCall call, boolean withToken) throws IOException {
        return base.getScheme().equals("unix")
                ? call.overUnix(Path.of(base.getPath()))
                : call.overTcp(base, withToken ? token.get() : tokenIfThereIsOne());
    }

    private static CommandException unreachable(URI base, Exception e) {
        CommandException unreachable = new CommandException(ExitStatus.UNREACHABLE, "the gateway at " + base
                + " can't be reached: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        unreachable.initCause(e);
        return unreachable;
    }

    private static Json read(URI base, AdminCall.Answer answer) {
        Json json = parse(base, answer.body());
        if (answer.status() == 200) {
            return json;
        }
        List<String> details = json.get("details").list().stream().map(Json::text).toList();
        String message = json.get("error").text();
        throw new CommandException(switch (answer.status()) {
            case 404, 422 -> ExitStatus.USAGE;
            default -> ExitStatus.FAILED;
        }, message.isEmpty() ? base + " answers with status " + answer.status() : message, details);
    }

    /** Shown even where it is not needed: who has it has a place at the server when strangers have taken all others. */
    private String tokenIfThereIsOne() {
        try {
            return token.get();
        } catch (CommandException e) {
            return "";
        }
    }

    private static Json parse(URI base, String answer) {
        try {
            return JsonParser.parse(answer);
        } catch (JsonException e) {
            throw new CommandException(ExitStatus.UNREACHABLE, base + " does not answer as a gateway does");
        }
    }
}
