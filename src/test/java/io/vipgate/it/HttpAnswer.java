package io.vipgate.it;

import io.vipgate.json.Json;
import io.vipgate.json.JsonException;
import io.vipgate.json.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

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
        String body = all.substring(end + 4);
        boolean isChunked = head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
        return new HttpAnswer(Integer.parseInt(head.substring(9, 12)), head, isChunked ? unchunked(body) : body);
    }

    /** Of an answer that was not cut off (RFC 9112 section 7.1); none for a HEAD. */
    private static String unchunked(String body) throws IOException {
        StringBuilder out = new StringBuilder();
        String rest = body;
        while (!rest.isEmpty()) {
            int end = rest.indexOf("\r\n");
            int length = end < 0 ? 0 : Integer.parseInt(rest.substring(0, end), 16);
            if (length == 0 && rest.equals("0\r\n\r\n")) {
                return out.toString();
            }
            if (length == 0 || rest.length() < end + length + 4) {
                throw new IOException("the answer was cut off: " + body);
            }
            out.append(rest, end + 2, end + 2 + length);
            rest = rest.substring(end + 2 + length + 2);
        }
        return out.toString();
    }

    /** A header's value; empty when there is none. */
    String header(String name) {
        return head.lines().filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1)).findFirst()
                .map(line -> line.substring(name.length() + 1).strip()).orElse("");
    }

    Json json() {
        try {
            return JsonParser.parse(body.strip());
        } catch (JsonException e) {
            throw new AssertionError(body, e);
        }
    }

    String error() {
        return json().get("error").text();
    }
}
