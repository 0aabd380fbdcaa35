package io.vipgate.admin;

import io.vipgate.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What a call is answered.
 *
 * <p>Immutable.
 *
 * @param status of HTTP
 * @param contentType of the body
 * @param headers besides those of the body
 */
public record Answer(int status, String contentType, String body, Map<String, String> headers) {
    /** Keeps its own copy. */
    public Answer {
        headers = Map.copyOf(headers);
    }

    /** A JSON answer. */
    public static Answer of(int status, Json body) {
        return new Answer(status, "application/json", body + "\n", Map.of());
    }

    /** A refusal, {@code {"error": "...", "details": [...]}}. */
    public static Answer error(int status, String message, List<String> details) {
        return of(status,
                Json.members().with("error", message).with("details", Json.ofTexts(details)).make());
    }

    Answer with(String header, String value) {
        return new Answer(status, contentType, body, Map.of(header, value));
    }

    byte[] bytes() {
        return body.getBytes(StandardCharsets.UTF_8);
    }
}
