package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Admin;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.json.Json;
import io.vipgate.json.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page for browsers as the admin server gives it out, and the calls that feed it. */
@SocketTest
final class PageIT {
    private static final Duration BOUND = Duration.ofSeconds(15);
    private static final Path SOURCES = Path.of("src/main/resources/io/vipgate/admin/page");
    private static final Pattern REFERENCE = Pattern
            .compile("(?:src=|href=|from |import\\()\"(?!#)(?:\\./)?([^\"]+)\"");
    private static final int MAX_STREAMS = 8;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private TestGateway gateway(TestEndpoint endpoint, String... more) throws Exception {
        TestGateway.Builder builder = TestGateway.with().endpoint("one", endpoint)
                .more(Admin.section(directory.resolve("token")));
        for (String section : more) {
            builder = builder.more(section);
        }
        return builder.start();
    }

    private static int port(TestGateway gateway) {
        return gateway.server().adminServer().orElseThrow().port();
    }

    private static HttpAnswer visit(TestGateway gateway, String request, String... headers) throws Exception {
        return HttpAnswer.to(port(gateway), request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + String.join("", List.of(headers).stream().map(header -> header + "\r\n").toList()) + "\r\n");
    }

    private static List<Path> files() throws Exception {
        try (Stream<Path> all = Files.walk(SOURCES)) {
            return all.filter(Files::isRegularFile).map(SOURCES::relativize).toList();
        }
    }

    private static BooleanSupplier asked(Callable<Boolean> question) {
        return () -> {
            try {
                return question.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        };
    }

    // ---- files ----

    @Test
    void everyFileOfThePageIsServedWithItsType() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            assertThat(files()).hasSizeGreaterThan(10);
            for (Path file : files()) {
                String name = file.toString();
                HttpAnswer answer = visit(gateway, "GET " + (name.equals("index.html") ? "/" : "/page/" + name));
                assertThat(answer.status()).as(name).isEqualTo(200);
                assertThat(answer.body()).as(name).isEqualTo(Files.readString(SOURCES.resolve(file)));
                assertThat(header(answer, "Content-Type")).as(name).isEqualTo(switch (name
                        .substring(name.lastIndexOf('.'))) {
                    case ".html" -> "text/html; charset=utf-8";
                    case ".css" -> "text/css; charset=utf-8";
                    case ".js" -> "text/javascript; charset=utf-8";
                    case ".svg" -> "image/svg+xml";
                    default -> "text/plain; charset=utf-8";
                });
                assertRules(answer, name);
            }
        }
    }

    private static void assertRules(HttpAnswer answer, String name) {
        assertThat(header(answer, "Content-Security-Policy").split("; ")).as(name).contains("default-src 'none'",
                "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:",
                "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'",
                "require-trusted-types-for 'script'");
        assertThat(header(answer, "Referrer-Policy")).as(name).isEqualTo("no-referrer");
        assertThat(header(answer, "X-Content-Type-Options")).as(name).isEqualTo("nosniff");
        assertThat(header(answer, "Cache-Control")).as(name).isEqualTo("no-store");
    }

    private static String header(HttpAnswer answer, String name) {
        String start = name.toLowerCase(Locale.ROOT) + ": ";
        return answer.head().lines().filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start)).findFirst()
                .map(line -> line.substring(start.length())).orElse("");
    }

    @Test
    void whatAFileOfThePageRefersToIsThere() throws Exception {
        List<String> names = files().stream().map(Path::toString).toList();
        TreeSet<String> found = new TreeSet<>();
        for (String name : names) {
            if (name.startsWith("uplot/")) {
                continue;
            }
            Matcher reference = REFERENCE.matcher(Files.readString(SOURCES.resolve(name)));
            while (reference.find()) {
                String to = reference.group(1);
                assertThat(to).as("%s refers to it, and nothing is fetched from elsewhere", name)
                        .doesNotContain("//");
                found.add(name.equals("index.html") ? to.replaceFirst("^page/", "") : to);
            }
        }
        assertThat(names).containsAll(found);
        assertThat(found).as("none is served in vain")
                .containsAll(names.stream().filter(name -> name.matches(".*\\.(js|css)")).toList());
    }

    @Test
    void noTextBecomesMarkup() throws Exception {
        for (Path file : files()) {
            assertThat(Files.readString(SOURCES.resolve(file))).as("%s", file).doesNotContain("innerHTML", "outerHTML",
                    "insertAdjacentHTML", "document.write", "eval(", "style=\"", "onclick=");
        }
    }

    @Test
    void thePageIsAtNoOtherAddressAndNoOtherFileIsServed() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                TestGateway gateway = gateway(one, "metrics: { bind: \"127.0.0.1:0\" }")) {
            int checks = gateway.server().checkPort().orElseThrow();
            for (String path : List.of("/", "/page/main.js", "/api/v1/history", "/api/v1/stream", "/api/v1")) {
                assertThat(HttpAnswer.to(checks, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .status()).as(path).isEqualTo(404);
            }
            for (String path : List.of("/page/", "/page/../page/main.js", "/page/%2e%2e/LivePage.class",
                    "/page/index.html", "/page/uplot/..%2fmain.js", "/page/nothing.js")) {
                assertThat(visit(gateway, "GET " + path).status()).as(path).isEqualTo(404);
            }
            assertThat(visit(gateway, "POST /").status()).isEqualTo(405);
            assertThat(visit(gateway, "HEAD /").status()).isEqualTo(200);
        }
    }

    @Test
    void aLinkOnAnotherSiteLeadsToThePageAndToNothingElse() throws Exception {
        String[] byLink = {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"};
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            assertThat(visit(gateway, "GET /", byLink).status()).isEqualTo(200);
            assertThat(visit(gateway, "GET /", "Sec-Fetch-Site: none").status()).isEqualTo(200);

            assertThat(visit(gateway, "GET /api/v1/status", byLink).status()).isEqualTo(403);
            assertThat(visit(gateway, "GET /api/v1/stream", byLink).status()).isEqualTo(403);
            assertThat(visit(gateway, "GET /page/main.js", byLink).status()).isEqualTo(403);
            assertThat(visit(gateway, "POST /", byLink).status()).isEqualTo(403);
            assertThat(visit(gateway, "GET /", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate",
                    "Sec-Fetch-Dest: iframe").status()).as("in a frame").isEqualTo(403);
            assertThat(visit(gateway, "GET /", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors",
                    "Sec-Fetch-Dest: image").status()).as("as an image").isEqualTo(403);
            assertThat(HttpAnswer.to(port(gateway), "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"
                    + String.join("\r\n", byLink) + "\r\n\r\n").status()).as("by another name").isEqualTo(403);
        }
    }

    // ---- what feeds it ----

    @Test
    void theCallsAreListed() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            assertThat(visit(gateway, "GET /api/v1").json().get("calls").list()).extracting(Json::text)
                    .contains("GET /api/v1/status", "PUT /api/v1/pools/{}/endpoints/{}/state")
                    .doesNotContain("GET /", "PUT /api/v1/demo/backends/{}");
        }
    }

    @Test
    void historyIsKeptWithoutABrowser() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                TestGateway gateway = gateway(one);
                Peer client = gateway.connect()) {
            client.exchange();
            Await.until("the connection is in the history", BOUND,
                    asked(() -> visit(gateway, "GET /api/v1/history").json()
                            .get("endpoints").list().stream()
                            .flatMap(endpoint -> endpoint.get("connections").list().stream())
                            .anyMatch(number -> number.number() == 1)));

            Json all = visit(gateway, "GET /api/v1/history").json();
            Json endpoint = all.get("endpoints").list().getFirst();
            assertThat(endpoint.get("pool").text() + "/" + endpoint.get("label").text()).isEqualTo("nginx/one");
            assertThat(all.get("listeners").list().getFirst().get("name").text()).isEqualTo("web");
            String newest = all.get("times").list().getLast().text();
            int known = all.get("times").list().size();
            assertThat(visit(gateway, "GET /api/v1/history?since=" + newest).json().get("times").list().size())
                    .isLessThan(known);

            assertThat(visit(gateway, "GET /api/v1/history?since=x").status()).isEqualTo(422);
            assertThat(visit(gateway, "GET /api/v1/history?since=-1").status()).isEqualTo(422);
            assertThat(visit(gateway, "GET /api/v1/history?since=1e9").status()).isEqualTo(422);
            assertThat(visit(gateway, "GET /api/v1/stream?since=1.0000").status()).isEqualTo(422);
        }
    }

    @Test
    void historyGoesOnOverAReload() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                TestGateway gateway = gateway(one)) {
            Await.until("there is some history", BOUND, asked(() -> samples(gateway, "one") >= 1));
            int before = samples(gateway, "one");
            gateway.apply(TestGateway.with().endpoint("one", one).endpoint("two", two)
                    .more(Admin.section(directory.resolve("token"))));

            Await.until("both are sampled", BOUND, asked(() -> samples(gateway, "two") > before));
            assertThat(visit(gateway, "GET /api/v1/history").json().get("endpoints").list())
                    .extracting(endpoint -> endpoint.get("connections").list().getFirst().isNull())
                    .as("nothing is known of the second one from before it was there").containsExactly(false, true);

            gateway.apply(TestGateway.with().endpoint("two", two).more(Admin.section(directory.resolve("token"))));
            Await.until("the first one is forgotten", BOUND, asked(() -> samples(gateway, "one") == 0));
        }
    }

    /** Samples since an endpoint, or its history, began. */
    private static int samples(TestGateway gateway, String label) throws Exception {
        return (int) visit(gateway, "GET /api/v1/history").json().get("endpoints").list().stream()
                .filter(endpoint -> endpoint.get("label").text().equals(label))
                .flatMap(endpoint -> endpoint.get("connections").list().stream()).count();
    }

    private static Peer stream(TestGateway gateway) throws Exception {
        Peer peer = Peer.connect(port(gateway));
        peer.send("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return peer;
    }

    @Test
    void aStreamTellsStatusAndSamplesAndEndsBeforeItIsCutOff() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            HttpAnswer answer = visit(gateway, "GET /api/v1/stream");

            assertThat(header(answer, "Content-Type")).isEqualTo("text/event-stream");
            String events = answer.body();
            assertThat(events).as("ended in order, not cut off").endsWith("\n\n");
            assertThat(events).startsWith("retry: ");
            List<Json> statuses = data(events, "status");
            assertThat(statuses.size()).isBetween(8, 12);
            assertThat(statuses.getFirst().get("pools").list().getFirst().get("name").text()).isEqualTo("nginx");
            List<String> times = new ArrayList<>();
            data(events, "history").forEach(chunk -> chunk.get("times").list().forEach(time -> times.add(time.text())));
            assertThat(times).hasSizeGreaterThanOrEqualTo(3).doesNotHaveDuplicates().isSorted();
        }
    }

    private static List<Json> data(String events, String kind) throws Exception {
        List<Json> found = new ArrayList<>();
        for (String event : events.split("\n\n", -1)) {
            if (event.startsWith("event: " + kind + "\ndata: ")) {
                found.add(JsonParser.parse(event.substring(event.indexOf("data: ") + 6)));
            }
        }
        return found;
    }

    @Test
    void streamsAreFewAndTheirPlacesAreGivenBack() throws Exception {
        List<Peer> streams = new ArrayList<>();
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            try {
                for (int i = 0; i < 3 * MAX_STREAMS; i++) {
                    assertThat(visit(gateway, "HEAD /api/v1/stream").status()).as("a HEAD keeps no place")
                            .isEqualTo(200);
                }
                for (int i = 0; i < MAX_STREAMS; i++) {
                    Peer stream = stream(gateway);
                    streams.add(stream);
                    assertThat(stream.receiveText(12)).startsWith("HTTP/1.1 200");
                }
                HttpAnswer refused = visit(gateway, "GET /api/v1/stream");
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.error()).startsWith("streams: 8 are open");
                assertThat(visit(gateway, "GET /api/v1/status").status()).isEqualTo(200);

                streams.removeFirst().close();
                Await.until("the place of one that went away is free", BOUND,
                        asked(() -> visit(gateway, "HEAD /api/v1/stream").status() == 200));
            } finally {
                for (Peer stream : streams) {
                    stream.close();
                }
            }
        }
    }

    private static void readToTheEnd(Peer stream) {
        try {
            byte[] room = new byte[4096];
            while (stream.read(room, room.length) >= 0) {
                assertThat(room).isNotEmpty();
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void streamsEndWithTheGateway() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint()) {
            Peer stream;
            long closedAt;
            try (TestGateway gateway = gateway(one)) {
                stream = stream(gateway);
                assertThat(stream.receiveText(12)).startsWith("HTTP/1.1 200");
                closedAt = System.nanoTime();
            }
            try (stream) {
                readToTheEnd(stream);
                assertThat(Duration.ofNanos(System.nanoTime() - closedAt)).isLessThan(Duration.ofSeconds(8));
            }
        }
    }
}
