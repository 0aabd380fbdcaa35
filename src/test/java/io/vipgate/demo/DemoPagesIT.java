package io.vipgate.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.process.GatewayServer;
import io.vipgate.config.ConfigLoader;
import io.vipgate.config.Loaded;
import java.net.Socket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo's own call, on a gateway's admin server. */
@Timeout(30)
final class DemoPagesIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private static String ask(int port, String request, String body, String... headers) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            String more = String.join("", List.of(headers).stream().map(header -> header + "\r\n").toList());
            socket.getOutputStream().write((request + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + more
                    + "Content-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void backendsAreStoppedAndStartedWithoutAToken() throws Exception {
        String json = "Content-Type: application/json";
        try (DemoBackend first = DemoBackend.running("nginx-1");
                DemoBackend second = DemoBackend.running("nginx-2");
                GatewayServer server = GatewayServer.start(((Loaded) ConfigLoader.parse("test", """
                        listeners: { web: { bind: "127.0.0.1:0", pool: p } }
                        pools: { p: { probe: { type: none }, endpoints: { a: "127.0.0.1:%d" } } }
                        admin: { bind: "127.0.0.1:0", tokenFile: %s }
                        """.formatted(first.port(), directory.resolve("token")).getBytes(StandardCharsets.UTF_8),
                        Map.of())).config());
                DemoClients clients = new DemoClients(server.gateway().ports("web").getFirst())) {
            new DemoPages(List.of(first, second), clients).mountOn(server.adminServer().orElseThrow());
            int port = server.adminServer().orElseThrow().port();
            String path = "/api/v1/demo/backends/";

            assertThat(ask(port, "PUT " + path + "2", "{\"running\": false}", json)).startsWith("HTTP/1.1 200")
                    .endsWith("{\"name\": \"nginx-2\", \"running\": false}\n");
            assertThat(second.isRunning()).isFalse();
            assertThat(ask(port, "GET " + path + "2", "")).endsWith("\"running\": false}\n");
            assertThat(ask(port, "PUT " + path + "2", "{\"running\": true}", json)).startsWith("HTTP/1.1 200");
            assertThat(second.isRunning()).isTrue();

            assertThat(ask(port, "GET /api/v1/demo/backends", "")).endsWith("{\"backends\": [{\"name\": \"nginx-1\", "
                    + "\"running\": true}, {\"name\": \"nginx-2\", \"running\": true}]}\n");
            assertThat(ask(port, "GET /api/v1", "")).as("by this the page knows that it is a demo")
                    .contains("\"PUT /api/v1/demo/backends/{}\"", "\"PUT /api/v1/demo/clients\"");
            assertThat(ask(port, "GET /api/v1/demo/clients", "")).contains("\"answered\": {}", "\"failed\": 0");
            assertThat(ask(port, "PUT /api/v1/demo/clients", "{\"running\": true}", json))
                    .contains("\"running\": true");
            while (!ask(port, "GET /api/v1/demo/clients", "").contains("\"answered\": {\"nginx-1\": ")) {
                Thread.onSpinWait();
            }
            assertThat(ask(port, "PUT /api/v1/demo/clients", "{\"running\": false}", json))
                    .contains("\"running\": false", "\"failed\": 0");

            assertThat(ask(port, "PUT " + path + "3", "{\"running\": true}", json)).startsWith("HTTP/1.1 404");
            assertThat(ask(port, "PUT " + path + "1", "{\"running\": 0}", json)).startsWith("HTTP/1.1 422");
            assertThat(ask(port, "PUT " + path + "1", "{\"running\": false}")).startsWith("HTTP/1.1 415");
            assertThat(ask(port, "DELETE " + path + "1", "")).startsWith("HTTP/1.1 405");
            assertThat(ask(port, "PUT " + path + "1", "{\"running\": false}", json, "Origin: http://evil.example"))
                    .startsWith("HTTP/1.1 403");
            assertThat(first.isRunning()).isTrue();
        }
    }
}
