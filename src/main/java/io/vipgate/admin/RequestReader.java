package io.vipgate.admin;

import io.vipgate.admin.http.BadBodyException;
import io.vipgate.admin.http.Exchange;
import io.vipgate.json.Json;
import io.vipgate.json.JsonException;
import io.vipgate.json.JsonParser;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads what a request carries: its parameters and its body.
 *
 * <p>Stateless.
 */
final class RequestReader {
    private static final int MAX_BODY_BYTES = 64 << 10;

    private RequestReader() {}

    /**
     * The parameters behind the question mark.
     *
     * @throws RequestException 422 if there is one that is not known, or one twice
     */
    static Map<String, String> parameters(Exchange exchange, Set<String> known) throws RequestException {
        String query = exchange.query();
        Map<String, String> parameters = new LinkedHashMap<>();
        if (query.isEmpty()) {
            return parameters;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            if (!known.contains(name)) {
                throw RequestException.bad("parameter " + name
                        + (known.isEmpty() ? " (expected: none)" : " (expected: one of " + new TreeSet<>(known) + ")"));
            }
            if (parameters.put(name, equals < 0 ? "" : decode(pair.substring(equals + 1))) != null) {
                throw RequestException.bad("parameter " + name + " (expected: once)");
            }
        }
        return parameters;
    }

    private static String decode(String text) throws RequestException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RequestException.bad("the part of the address behind '?' (expected: escapes %00 to %FF)");
        }
    }

    /**
     * The body.
     *
     * @param isNeeded whether there must be one
     * @throws RequestException 413 if it is too long, 415 if it is said not to be JSON, 422 if it is none, 400 or 408 if it
     * does not come as it should
     */
    static Json body(Exchange exchange, boolean isNeeded) throws IOException, RequestException {
        byte[] bytes = read(exchange);
        if (bytes.length == 0 && !isNeeded) {
            return Json.ofNull();
        }
        List<String> types = exchange.headers("Content-Type");
        if (types.size() != 1 || !isJson(types.getFirst())) {
            throw new RequestException(415, "Content-Type: " + String.join(", ", types)
                    + " (expected: application/json)", List.of());
        }
        try {
            return JsonParser.parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            throw RequestException.bad("body (expected: UTF-8)");
        } catch (JsonException e) {
            throw RequestException.bad("body: " + e.getMessage());
        }
    }

    private static byte[] read(Exchange exchange) throws IOException, RequestException {
        try {
            return exchange.body(MAX_BODY_BYTES);
        } catch (BadBodyException e) {
            throw new RequestException(e.status(), String.valueOf(e.getMessage()), List.of());
        }
    }

    private static boolean isJson(String type) {
        return type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json");
    }
}
