package io.vipgate.cli;

import io.vipgate.json.Json;
import io.vipgate.json.JsonException;
import io.vipgate.json.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Calls the admin server of a running gateway.
 *
 * <p>Immutable.
 */
final class AdminClient {
    private static final int CONNECT_MILLIS = 3_000;
    private static final int READ_MILLIS = 30_000;
    private static final int MAX_BYTES = 64 << 20;

    static {
        // A change must not be sent twice.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final URI base;
    private final Supplier<String> token;

    AdminClient(URI base, Supplier<String> token) {
        this.base = base;
        this.token = token;
    }

    /** Where the gateway is meant to be. */
    URI base() {
        return base;
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
        return call("POST", path, Map.of(), true, "");
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
        String secret = withToken ? token.get() : tokenIfThereIsOne();
        int status;
        byte[] answer;
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create(base + path + query).toURL()
                    .openConnection(Proxy.NO_PROXY);
            connection.setRequestMethod(method);
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(READ_MILLIS);
            if (!secret.isEmpty()) {
                connection.setRequestProperty("Authorization", "Bearer " + secret);
            }
            if (method.equals("PUT") || method.equals("POST")) {
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                connection.setRequestProperty("Content-Type", "application/json");
                connection.setDoOutput(true);
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(bytes);
                }
            }
            status = connection.getResponseCode();
            InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
            if (in == null) {
                answer = new byte[0];
            } else {
                try (in) {
                    answer = in.readNBytes(MAX_BYTES);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandException(ExitStatus.UNREACHABLE, "the gateway at " + base + " can't be reached: "
                    + (e.getMessage() == null ? e.toString() : e.getMessage()));
        }
        Json json = parse(answer);
        if (status == 200) {
            return json;
        }
        List<String> details = json.get("details").list().stream().map(Json::text).toList();
        String message = json.get("error").text();
        throw new CommandException(switch (status) {
            case 404, 422 -> ExitStatus.USAGE;
            default -> ExitStatus.FAILED;
        }, message.isEmpty() ? base + " answers with status " + status : message, details);
    }

    /** Shown even where it is not needed: who has it has a place at the server when strangers have taken all others. */
    private String tokenIfThereIsOne() {
        try {
            return token.get();
        } catch (CommandException e) {
            return "";
        }
    }

    private Json parse(byte[] answer) {
        try {
            return JsonParser.parse(new String(answer, StandardCharsets.UTF_8));
        } catch (JsonException e) {
            throw new CommandException(ExitStatus.UNREACHABLE, base + " does not answer as a gateway does");
        }
    }
}
