package io.vipgate.admin;

import com.sun.net.httpserver.HttpExchange;
import io.vipgate.json.Json;
import io.vipgate.json.JsonException;
import io.vipgate.json.JsonParser;
import java.io.IOException;
import java.io.InputStream;
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
    /** So much more is read and thrown away, so that who sends too much still gets to read why. */
    private static final int MAX_DISCARDED_BYTES = 1 << 20;

    private RequestReader() {}

    /**
     * The parameters behind the question mark.
     *
     * @throws RequestException 422 if there is one that is not known, or one twice
     */
    static Map<String, String> parameters(HttpExchange exchange, Set<String> known) throws RequestException {
        String query = exchange.getRequestURI().getRawQuery();
        Map<String, String> parameters = new LinkedHashMap<>();
        if (query == null || query.isEmpty()) {
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
     * @throws RequestException 413 if it is too long, 415 if it is said not to be JSON, 422 if it is none
     */
    static Json body(HttpExchange exchange, boolean isNeeded) throws IOException, RequestException {
        InputStream in = exchange.getRequestBody();
        byte[] bytes = in.readNBytes(MAX_BODY_BYTES + 1);
        if (bytes.length > MAX_BODY_BYTES) {
            byte[] rest = new byte[8 << 10];
            int discarded = 0;
            for (int read = in.read(rest); read >= 0 && discarded < MAX_DISCARDED_BYTES; read = in.read(rest)) {
                discarded += read;
            }
            throw new RequestException(413, "body (expected: at most " + (MAX_BODY_BYTES >> 10) + " KiB)", List.of());
        }
        if (bytes.length == 0 && !isNeeded) {
            return Json.ofNull();
        }
        List<String> types = exchange.getRequestHeaders().getOrDefault("Content-Type", List.of());
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

    private static boolean isJson(String type) {
        return type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json");
    }
}
