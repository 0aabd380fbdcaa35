package io.vipgate.it;

import io.vipgate.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Calls a gateway's admin server with its token.
 *
 * <p>Immutable.
 */
record Admin(TestGateway gateway, Path tokenFile) {
    /** The section of a configuration. */
    static String section(Path tokenFile) {
        return "admin: { bind: \"127.0.0.1:0\", tokenFile: " + tokenFile + " }";
    }

    int port() {
        return gateway.server().adminServer().orElseThrow().port();
    }

    HttpAnswer call(String method, String path, String body) throws IOException {
        return HttpAnswer.to(port(), method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Authorization: Bearer " + Files.readString(tokenFile).strip()
                + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    /** Calls, and expects an answer. */
    Json ok(String method, String path) throws IOException {
        HttpAnswer answer = call(method, path, "");
        if (answer.status() != 200) {
            throw new AssertionError(method + " " + path + ": " + answer);
        }
        return answer.json();
    }

    HttpAnswer withoutToken(String method, String path) throws IOException {
        return HttpAnswer.to(port(), method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }
}
