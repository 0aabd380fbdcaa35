package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.control.StartException;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.json.Json;
import io.vipgate.pool.AdminState;
import io.vipgate.process.Reloader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's address, call by call, and what it refuses. */
@SocketTest
final class AdminIT {
    private static final Duration BOUND = Duration.ofSeconds(15);
    private static final String STATE = "/api/v1/pools/nginx/endpoints/one/state";
    private static final String WEIGHT = "/api/v1/pools/nginx/endpoints/one/weight";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Path tokenFile;

    @BeforeEach
    void namePlaces() {
        tokenFile = directory.resolve("state").resolve("token");
    }

    private TestGateway.Builder with(TestEndpoint one) {
        return TestGateway.with().endpoint("one", one)
                .more("admin: { bind: \"127.0.0.1:0\", allowedHosts: [gateway.example], tokenFile: " + tokenFile
                        + " }");
    }

    private static int port(TestGateway gateway) {
        return gateway.server().adminServer().orElseThrow().port();
    }

    private String token() throws Exception {
        return Files.readString(tokenFile).strip();
    }

    private static HttpAnswer ask(TestGateway gateway, String method, String path, String... headers) throws Exception {
        return HttpAnswer.to(port(gateway),
                method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + String.join("", List.of(headers).stream().map(header -> header + "\r\n").toList()) + "\r\n");
    }

    private HttpAnswer change(TestGateway gateway, String method, String path, String body) throws Exception {
        return HttpAnswer.to(port(gateway),
                method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Authorization: Bearer " + token() + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.getBytes(java.nio.charset.StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    // ---- status ----

    @Test
    void statusTellsListenersPoolsAndEndpoints() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo).probe("{ type: tcp, interval: 50ms }").start();
                Peer client = gateway.connect()) {
            client.exchange();
            Await.until("a probe has passed, and the endpoint is said to be up", BOUND,
                    () -> status(gateway).get("events")
                            .list().stream().anyMatch(event -> event.get("text").text().contains(" is UP")));

            Json status = status(gateway);
            assertThat(status.get("ready").isTrue()).isTrue();
            assertThat(status.get("openRelays").text()).isEqualTo("1");
            Json listener = status.get("listeners").list().getFirst();
            assertThat(listener.get("name").text()).isEqualTo("web");
            assertThat(listener.get("addresses").list().getFirst().text()).isEqualTo("127.0.0.1:" + gateway.port());
            assertThat(listener.get("accepted").text()).isEqualTo("1");
            assertThat(listener.get("connections").text()).isEqualTo("1");
            Json endpoint = status.get("pools").list().getFirst().get("endpoints").list().getFirst();
            assertThat(endpoint.get("label").text()).isEqualTo("one");
            assertThat(endpoint.get("address").text()).isEqualTo(echo.address());
            assertThat(endpoint.get("admin").text()).isEqualTo("ready");
            assertThat(endpoint.get("health").text()).isEqualTo("up");
            assertThat(endpoint.get("healthSince").text()).endsWith("Z");
            assertThat(endpoint.get("connections").text()).isEqualTo("1");
            assertThat(endpoint.get("share").text()).isEqualTo("1");
            assertThat(endpoint.get("bytesToBackend").text()).isEqualTo("1");
            assertThat(endpoint.get("overrides").list()).isEmpty();
            assertThat(status.get("events").list()).extracting(event -> event.get("text").text())
                    .anyMatch(text -> text.startsWith("endpoint nginx/one is UP: probe tcp"));
        }
    }

    private static Json status(TestGateway gateway) {
        try {
            return ask(gateway, "GET", "/api/v1/status").json();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void statusWaitsForNoBusyLoop() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo).eventLoops(2).start();
                Tasks tasks = new Tasks()) {
            java.util.concurrent.CountDownLatch isBusy = new java.util.concurrent.CountDownLatch(1);
            java.util.concurrent.CountDownLatch isSeen = new java.util.concurrent.CountDownLatch(1);
            tasks.start(() -> gateway.gateway().forEachLoop(_ -> {
                isBusy.countDown();
                try {
                    assertThat(isSeen.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
            isBusy.await();

            assertThat(status(gateway).get("silentLoops").text()).isEqualTo("1");
            assertThat(ask(gateway, "GET", "/healthz").status()).isEqualTo(200);
            isSeen.countDown();
            tasks.join(BOUND);
        }
    }

    @Test
    void healthAndReadinessAreToldHereToo() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            assertThat(ask(gateway, "GET", "/healthz").status()).isEqualTo(200);
            assertThat(ask(gateway, "GET", "/readyz").body()).isEqualTo("{\"ready\": true, \"reasons\": []}\n");
            assertThat(ask(gateway, "HEAD", "/readyz").body()).isEmpty();
            gateway.gateway().announceStop();
            assertThat(ask(gateway, "GET", "/readyz").status()).isEqualTo(503);
        }
    }

    @Test
    void withoutASectionThereIsNoServer() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).start()) {
            assertThat(gateway.server().adminServer()).isEmpty();
        }
    }

    // ---- changes ----

    @Test
    void statesAndWeightsCanBeSet() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            HttpAnswer drained = change(gateway, "PUT", STATE, "{\"state\": \"drain\"}");
            assertThat(drained.status()).isEqualTo(200);
            assertThat(drained.json().get("addresses").list().getFirst().get("admin").text()).isEqualTo("drain");
            assertThat(gateway.state("one").admin()).isEqualTo(AdminState.DRAIN);
            assertThat(change(gateway, "PUT", WEIGHT, " {\"weight\": 7.0}\n").status()).isEqualTo(200);
            assertThat(gateway.state("one").weight()).isEqualTo(7);

            Json endpoint = status(gateway).get("pools").list().getFirst().get("endpoints").list().getFirst();
            assertThat(endpoint.get("overrides").list()).extracting(Json::text).containsExactly("state: drain",
                    "weight: 7 (file: 1)");
            assertThat(endpoint.get("adminSince").text()).isNotEmpty();
            assertThat(change(gateway, "PUT", STATE, "{\"state\": \"ready\"}").status()).isEqualTo(200);
            assertThat(gateway.state("one").admin()).isEqualTo(AdminState.READY);
        }
    }

    @Test
    void reloadTellsWhatChangedOrEveryProblem() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            assertThat(change(gateway, "POST", "/api/v1/reload", "").status()).as("no file").isEqualTo(409);
            Path file = directory.resolve("gateway.yaml");
            gateway.server().operations().configureBy(new Reloader(gateway.server(), file, null, Map.of()));

            Files.writeString(file, with(echo).pool("onDown: close").yaml()
                    .replace("admin: { bind: \"127.0.0.1:0\"", "admin: { bind: \"127.0.0.1:1\""));
            HttpAnswer applied = change(gateway, "POST", "/api/v1/reload", "");
            assertThat(applied.status()).isEqualTo(200);
            assertThat(applied.json().get("changes").list()).extracting(Json::text)
                    .contains("pools.nginx.onDown: keep -> close");
            assertThat(applied.json().get("needRestart").list()).extracting(Json::text)
                    .containsExactly("admin.bind: [127.0.0.1:0] -> [127.0.0.1:1]");
            assertThat(status(gateway).get("needRestart").list()).hasSize(1);

            Files.writeString(file, "listeners: { web: { bind: x, pool: y } }\npools: {}\ncolour: red\n");
            HttpAnswer refused = change(gateway, "POST", "/api/v1/reload", "");
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.error()).contains("nothing has changed");
            assertThat(status(gateway).get("events").list().reversed()).extracting(event -> event.get("text").text())
                    .satisfiesExactly(last -> assertThat(last).startsWith("reload refused: " + file),
                            first -> assertThat(first).startsWith("reloaded: ").contains("pools.nginx.onDown"));
            assertThat(refused.json().get("details").list()).hasSizeGreaterThan(1)
                    .allMatch(detail -> detail.text().startsWith(file.toString()));
        }
    }

    @Test
    void aReloadIsNotBegunWhileTheGatewayStops() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            gateway.gateway().announceStop();
            HttpAnswer answer = change(gateway, "POST", "/api/v1/reload", "");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.error()).isEqualTo("the gateway is shutting down");
            assertThat(ask(gateway, "GET", "/api/v1/status").json().get("stopping").isTrue()).isTrue();
        }
    }

    // ---- the token ----

    @Test
    void changesNeedTheTokenAndLookingDoesNot() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            String json = "Content-Type: application/json";
            for (String[] headers : new String[][]{{json}, {json, "Authorization: Bearer wrong"},
                {json, "Authorization: Basic " + token()}, {json, "Authorization: " + token()},
                {json, "Authorization: Bearer"}, {json, "Authorization: Bearer " + token() + "0"},
                {json, "Authorization: Bearer " + token(), "Authorization: Bearer " + token()}}) {
                HttpAnswer answer = ask(gateway, "PUT", STATE, headers);
                assertThat(answer.status()).as("%s", List.of(headers)).isEqualTo(401);
                assertThat(answer.head()).containsIgnoringCase("WWW-Authenticate: Bearer");
                assertThat(answer.body()).doesNotContain(token());
            }
            assertThat(ask(gateway, "POST", "/api/v1/reload").status()).isEqualTo(401);
            assertThat(gateway.state("one").admin()).isEqualTo(AdminState.READY);
            assertThat(ask(gateway, "GET", "/api/v1/status").status()).isEqualTo(200);
        }
    }

    @Test
    void theTokenFileIsItsOwnersAloneAndKept() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            String first;
            try (TestGateway gateway = with(echo).start()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tokenFile)))
                        .isEqualTo("rw-------");
                first = token();
                assertThat(first).hasSize(64);
                assertThat(change(gateway, "PUT", STATE, "{\"state\": \"drain\"}").status()).isEqualTo(200);
            }
            try (TestGateway gateway = with(echo).start()) {
                assertThat(token()).isEqualTo(first);
                assertThat(change(gateway, "PUT", STATE, "{\"state\": \"drain\"}").status()).isEqualTo(200);

                // when another token is put in place and the configuration read again
                Files.writeString(tokenFile, "another-token-of-mine\n");
                gateway.apply(with(echo));
                assertThat(change(gateway, "PUT", STATE, "{\"state\": \"ready\"}").status()).isEqualTo(200);
            }
            Files.writeString(tokenFile, "\n");
            assertThatThrownBy(() -> with(echo).start().close()).isInstanceOf(StartException.class)
                    .hasMessageStartingWith("admin.tokenFile: " + tokenFile + ": holds no token");
        }
    }

    // ---- foreign pages ----

    @Test
    void onlyOwnNamesAreServed() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            for (String host : List.of("127.0.0.1", "127.0.0.1:9180", "localhost:1", "LOCALHOST", "[::1]:9180",
                    "::1", "[0:0:0:0:0:0:0:1]:1", "localhost.", "gateway.example", "Gateway.Example:9180")) {
                assertThat(withHost(gateway, "Host: " + host + "\r\n")).as(host).isEqualTo(200);
            }
            for (String host : List.of("evil.example", "localhost.evil.example", "203.0.113.1", "", "[::1", "[::1]x",
                    "localhost:80:80", "127.0.0.1.evil.example", "user@localhost", "127.1",
                    "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "127.0.0.2", "[127.0.0.1]",
                    "[::ffff:127.0.0.1]",
                    "[::1%lo]", "localhost:x")) {
                assertThat(withHost(gateway, "Host: " + host + "\r\n")).as(host).isEqualTo(403);
            }
            assertThat(ask(gateway, "GET", "http://evil.example/healthz").status()).as("in the target").isEqualTo(403);
            assertThat(withHost(gateway, "")).as("none").isEqualTo(403);
            assertThat(withHost(gateway, "Host: localhost\r\nHost: evil.example\r\n")).as("two").isEqualTo(403);
        }
    }

    private static int withHost(TestGateway gateway, String hosts) throws Exception {
        return HttpAnswer.to(port(gateway), "GET /healthz HTTP/1.1\r\n" + hosts + "Connection: close\r\n\r\n").status();
    }

    @Test
    void pagesOfOtherSitesMayNotCall() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            String token = "Authorization: Bearer " + token();
            for (String header : List.of("Origin: http://evil.example", "Origin: null", "Origin: http://localhost:3000",
                    "Origin: %%", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site")) {
                HttpAnswer answer = ask(gateway, "PUT", STATE, token, "Content-Type: application/json", header);
                assertThat(answer.status()).as(header).isEqualTo(403);
                assertThat(answer.head()).doesNotContainIgnoringCase("Access-Control");
                assertThat(ask(gateway, "GET", "/api/v1/status", header).status()).as(header).isEqualTo(403);
            }
            for (String header : List.of("Origin: http://localhost", "Sec-Fetch-Site: none",
                    "Sec-Fetch-Site: same-origin", "Origin: https://gateway.example")) {
                assertThat(ask(gateway, "GET", "/api/v1/status", header).status()).as(header).isEqualTo(200);
            }
        }
    }

    // ---- what is not as expected ----

    @Test
    void unknownNamesMethodsAndParametersAreRefused() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            assertThat(ask(gateway, "GET", "/index.html").status()).isEqualTo(404);
            assertThat(ask(gateway, "GET", "/api/v1/statuses").status()).isEqualTo(404);
            assertThat(ask(gateway, "GET", "/api/v1/status/").status()).isEqualTo(404);
            assertThat(change(gateway, "PUT", STATE.replace("one", "two"), "{\"state\": \"drain\"}").error())
                    .isEqualTo("endpoint: nginx/two (expected: one of [one])");
            assertThat(change(gateway, "PUT", STATE.replace("nginx", "apache"), "{\"state\": \"drain\"}").status())
                    .isEqualTo(404);
            assertThat(change(gateway, "PUT", WEIGHT.replace("one", "two"), "{\"weight\": 1}").status()).isEqualTo(404);

            HttpAnswer answer = ask(gateway, "DELETE", "/api/v1/status");
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.head()).containsIgnoringCase("Allow: GET, HEAD");
            assertThat(ask(gateway, "GET", "/api/v1/reload").head()).containsIgnoringCase("Allow: POST");
            assertThat(ask(gateway, "OPTIONS", STATE).status()).isEqualTo(405);
            assertThat(ask(gateway, "GET", "/api/v1/status?verbose=1").status()).isEqualTo(422);
            assertThat(ask(gateway, "GET", "/api/v1/status?%zz").status()).isIn(400, 422);
        }
    }

    @Test
    void badBodiesAreRefused() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            for (String body : List.of("", "{}", "drain", "{\"state\": \"off\"}", "{\"state\": 1}", "[\"drain\"]",
                    "{\"state\": \"drain\", \"weight\": 1}", "{\"state\": \"drain\", \"state\": \"ready\"}",
                    "{\"state\": \"drain\"} x", "{\"state\": \"DRAIN\"}", "\"\\ud800\"", "[".repeat(5000))) {
                assertThat(change(gateway, "PUT", STATE, body).status()).as(body).isEqualTo(422);
            }
            for (String body : List.of("{\"weight\": 257}", "{\"weight\": -1}", "{\"weight\": 1.5}",
                    "{\"weight\": \"1\"}",
                    "{\"weight\": 1e400}", "{\"weight\": null}")) {
                assertThat(change(gateway, "PUT", WEIGHT, body).status()).as(body).isEqualTo(422);
            }
            assertThat(ask(gateway, "PUT", STATE, "Authorization: Bearer " + token()).status()).isEqualTo(415);
            assertThat(
                    ask(gateway, "PUT", STATE, "Authorization: Bearer " + token(), "Content-Type: text/plain").status())
                    .isEqualTo(415);
            assertThat(change(gateway, "PUT", STATE, "{\"state\": \"" + "x".repeat(70_000) + "\"}").status())
                    .isEqualTo(413);
            assertThat(gateway.state("one").admin()).isEqualTo(AdminState.READY);
            assertThat(gateway.state("one").weight()).isEqualTo(1);
        }
    }

    @Test
    void garbageIsAnsweredOrCutOff() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            for (String garbage : List.of("\r\n\r\n", "GET\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n",
                    "GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / HTTP/9.9\r\n: x\r\n\r\n",
                    "PUT " + STATE + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                    "PUT " + STATE + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    "GET / HTTP/1.1\r\n" + "X: y\r\n".repeat(1000) + "\r\n")) {
                try (Peer peer = Peer.connect(port(gateway))) {
                    peer.send(garbage);
                    peer.fin();
                    String answer = new String(receiveWhatComes(peer), java.nio.charset.StandardCharsets.UTF_8);
                    assertThat(answer.isEmpty() || answer.startsWith("HTTP/1.1 4")).as("%s: %s", garbage, answer)
                            .isTrue();
                }
            }
            assertThat(ask(gateway, "GET", "/healthz").status()).isEqualTo(200);
        }
    }

    private static byte[] receiveWhatComes(Peer peer) {
        java.io.ByteArrayOutputStream got = new java.io.ByteArrayOutputStream();
        byte[] buffer = new byte[1024];
        try {
            for (int read = peer.read(buffer, buffer.length); read >= 0; read = peer.read(buffer, buffer.length)) {
                got.write(buffer, 0, read);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("neither answered nor cut off", e);
        } catch (java.io.IOException e) {
            // A reset is a way of cutting off.
        }
        return got.toByteArray();
    }

    @Test
    void whoIsSlowIsCutOffAndManyDoNotKeepOthersOut() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            List<Peer> slow = new ArrayList<>();
            try {
                for (int i = 0; i < 60; i++) {
                    Peer peer = Peer.connect(port(gateway));
                    slow.add(peer);
                    peer.send(switch (i % 3) {
                        case 0 -> "GET /healthz HTTP/1.1\r\nHost: loc";
                        case 1 -> "PUT " + STATE + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token()
                                + "\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{\"state\"";
                        default -> "";
                    });
                }
            } catch (java.io.IOException e) {
                // Refused while it was sending: there are too many.
            }
            try {
                Await.until("others are served again", Duration.ofSeconds(20), () -> isServed(gateway));
                for (Peer peer : slow) {
                    byte[] _ = receiveWhatComes(peer);
                }
            } finally {
                for (Peer peer : slow) {
                    peer.close();
                }
            }
        }
    }

    private static boolean isServed(TestGateway gateway) {
        try {
            return ask(gateway, "GET", "/healthz").status() == 200;
        } catch (Exception e) {
            return false;
        }
    }

    @Test
    void aPortInUseIsSaid() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            assertThatThrownBy(() -> TestGateway.with().endpoint("one", echo)
                    .more("admin: { bind: \"" + echo.address() + "\", tokenFile: " + tokenFile + " }").start().close())
                    .isInstanceOf(StartException.class).hasMessageContaining("admin.bind: " + echo.address());
        }
    }
}
