package io.vipgate.it;

import io.vipgate.json.Json;
import io.vipgate.json.JsonException;
import io.vipgate.json.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A request byte by byte, and its answer.
 *
 * <p>Immutable.
 *
 * @param head status line and headers
 */
record HttpAnswer(int status, String head, String body) {
    /** Sends a request as it is, and reads up to the end of the connection. */
    static HttpAnswer to(int port, String request) throws IOException {
        try (Peer peer = Peer.connect(port)) {
            peer.send(request);
            return read(peer);
        }
    }

    static HttpAnswer read(Peer peer) throws IOException {
        String all = new String(peer.receiveAll(), StandardCharsets.UTF_8);
        int end = all.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("no answer: " + all);
        }
        String head = all.substring(0, end);
        return new HttpAnswer(Integer.parseInt(head.substring(9, 12)), head, all.substring(end + 4));
    }

    Json json() {
        try {
            return JsonParser.parse(body.strip());
        } catch (JsonException e) {
            throw new AssertionError(body, e);
        }
    }

    String error() {
        return json().at("error").text();
    }
}
