package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.gateway.ReloadRequest;
import io.vipgate.it.OpenApi.Operation;
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
import io.vipgate.operations.ConfigControl;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/openapi.yaml} and a gateway that serves say the same. */
@SocketTest
final class OpenApiIT {
    private static final Duration BOUND = Duration.ofSeconds(15);
    private static final String MODEL = "io.vipgate.admin.model.";
    private static final String STATE = "/api/v1/pools/{pool}/endpoints/{endpoint}/state";
    private static final String LISTENER_STATE = "/api/v1/listeners/{listener}/state";
    private static final String WEIGHT = "/api/v1/pools/{pool}/endpoints/{endpoint}/weight";
    private static final Set<String> HEALTH = Set.of("/healthz", "/readyz", "/metrics");

    /** Members that are there only where there is something to tell. */
    private static final Map<String, List<String>> OMITTED = Map.of("PoolStatus",
            List.of("pins", "clientAddress", "connect"), "ConnectStatus",
            List.of("hedgeDelayMillis", "hedges", "retries", "connecting"), "ConnectStatus$Budget", List.of("most"),
            "Explanation", List.of("hedge"), "PoolStatus$Rebalance", List.of("why"), "PinList$Entry", List.of("home"));

    /** Schemas by the records that are written so. */
    private static final Map<String, String> SCHEMAS = new TreeMap<>(Map.ofEntries(
            Map.entry("GatewayStatus", "Status"), Map.entry("GatewayStatus$Event", "Event"),
            Map.entry("GatewayStatus$BlockCount", "BlockCount"), Map.entry("BlockList", "BlockList"),
            Map.entry("BlockList$Entry", "Block"), Map.entry("BlockedNetwork", "BlockedNetwork"),
            Map.entry("LiftedBlocks", "LiftedBlocks"),
            Map.entry("ListenerStatus", "Listener"), Map.entry("TlsRoutingStatus", "TlsRouting"),
            Map.entry("PoolStatus", "Pool"),
            Map.entry("PoolStatus$ClientAddress", "ClientAddress"), Map.entry("PoolStatus$NoReturn", "NoReturn"),
            Map.entry("PoolStatus$Pins", "Pins"), Map.entry("ConnectStatus", "Connect"),
            Map.entry("ConnectStatus$Budget", "ConnectBudget"), Map.entry("PoolStatus$SharedMachine", "SharedMachine"),
            Map.entry("PoolStatus$Pair", "Pair"), Map.entry("EndpointStatus", "Endpoint"),
            Map.entry("EndpointStatus$LastProbe", "LastProbe"),
            Map.entry("EndpointAddresses", "EndpointAddresses"), Map.entry("HistoryAnswer", "History"),
            Map.entry("HistoryAnswer$Listener", "ListenerHistory"),
            Map.entry("HistoryAnswer$Endpoint", "EndpointHistory"), Map.entry("Explanation", "Explanation"),
            Map.entry("Explanation$Pin", "ExplainedPin"), Map.entry("Explanation$Candidate", "Candidate"),
            Map.entry("Explanation$Verdict", "Verdict"),
            Map.entry("Explanation$Choice", "Choice"), Map.entry("RelayList", "RelayList"),
            Map.entry("RelayList$Entry", "Relay"), Map.entry("ClosedRelays", "ClosedRelays"),
            Map.entry("PinList", "PinList"), Map.entry("PinList$Entry", "Pin"),
            Map.entry("SourceList", "SourceList"), Map.entry("SourceList$Entry", "Source"),
            Map.entry("ForgottenPins", "ForgottenPins"), Map.entry("ReloadResult", "Reload"),
            Map.entry("StandbyState", "StandbyState"), Map.entry("PoolStatus$Rebalance", "RebalanceState"),
            Map.entry("RebalanceResult", "Rebalancing"), Map.entry("RebalanceResult$Giver", "RebalancedEndpoint"),
            Map.entry("RebalanceStop", "RebalancingEnd"),
            Map.entry("ConfigList", "ConfigList"), Map.entry("ConfigList$Entry", "HeldConfiguration"),
            Map.entry("CallList", "Calls"), Map.entry("ErrorAnswer", "Error"), Map.entry("HealthAnswer", "Health"),
            Map.entry("ReadinessAnswer", "Readiness")));

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private OpenApi described;

    private Path tokenFile() {
        return directory.resolve("token");
    }

    @BeforeEach
    void readTheFile() throws Exception {
        described = OpenApi.read();
    }

    private TestGateway gateway(TestEndpoint one) throws Exception {
        return TestGateway.with().endpoint("one", one).probe("{ type: tcp, interval: 50ms }")
                .pool("pinning: { by: source-address }")
                .listener("perSource: { maxConnections: 100, newPerSecond: 1000 }")
                .more("metrics: { bind: \"127.0.0.1:0\" }")
                .more(Admin.section(tokenFile())).start();
    }

    private static HttpAnswer call(int port, Operation operation, String path, String body, String... headers)
            throws Exception {
        return HttpAnswer.to(port, operation.method() + " " + path + " HTTP/1.1\r\nConnection: close\r\n"
                + String.join("\r\n", headers) + "\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    private String token() throws Exception {
        return "Authorization: Bearer " + Files.readString(tokenFile()).strip();
    }

    /** Calls as it should be done. */
    private HttpAnswer call(Admin admin, Operation operation, String path, String body) throws Exception {
        return call(admin.port(), operation, path, body, "Host: localhost", "Content-Type: application/json", token());
    }

    private void expect(int status, Admin admin, Operation operation, String path, String body) throws Exception {
        HttpAnswer answer = call(admin, operation, path, body);
        assertThat(described.problems(operation, answer)).as("%s: %s", operation, answer).isEmpty();
        assertThat(answer.status()).as("%s: %s", operation, answer).isEqualTo(status);
    }

    private static String named(Operation operation, String pool, String endpoint, String relay, String client) {
        return operation.path().replace("{pool}", pool).replace("{endpoint}", endpoint).replace("{relay}", relay)
                .replace("{client}", client).replace("{listener}", pool.equals("none") ? pool : "web")
                .replace("{network}", "192.0.2.1").replace("{address}", "192.0.2.0")
                .replace("{length}", "24") + switch (operation.toString()) {
                    case "GET /api/v1/explain" -> "?listener=web&client=127.0.0.1";
                    case "DELETE /api/v1/relays" -> "?pool=" + pool;
                    default -> "";
                };
    }

    private static String body(Operation operation) {
        return switch (operation.path()) {
            case LISTENER_STATE -> "{\"state\": \"ready\"}";
            case STATE -> "{\"state\": \"drain\"}";
            case WEIGHT -> "{\"weight\": 2}";
            case "/api/v1/standby" -> "{\"standby\": true}";
            default -> operation.method().equals("PUT") ? "{}" : "";
        };
    }

    private List<Operation> calls() {
        return described.operations().stream().filter(operation -> operation.path().startsWith("/api/")).toList();
    }

    // ---- what there is ----

    @Test
    void theServersCallsAreThePathsOfTheFile() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            Set<String> paths = new TreeSet<>();
            calls().forEach(operation -> paths.add(operation.toString().replaceAll("\\{\\w+}", "{}")));

            assertThat(new Admin(gateway, tokenFile()).ok("GET", "/api/v1").get("calls").list())
                    .extracting(Json::text).containsExactlyInAnyOrderElementsOf(paths);
        }
    }

    @Test
    void everyRecordIsDescribedMemberByMember() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("target/classes/" + MODEL.replace('.', '/')))) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".class", ""))
                    .filter(name -> !name.equals("package-info")))
                    .containsExactlyInAnyOrderElementsOf(SCHEMAS.keySet());
        }
        Set<String> unused = new TreeSet<>(described.schemas().keySet());
        unused.removeAll(SCHEMAS.values());
        assertThat(unused).as("schemas that no record is written as").containsExactly("BlockChange", "Column",
                "ListenerStateChange", "StandbyChange", "StateChange", "WeightChange");
        for (Map.Entry<String, String> each : SCHEMAS.entrySet()) {
            List<String> components = Stream.of(Class.forName(MODEL + each.getKey()).getRecordComponents())
                    .map(RecordComponent::getName).toList();
            Map<?, ?> schema = described.schema(each.getValue());

            assertThat(OpenApi.properties(schema)).as(each.getValue())
                    .containsExactlyElementsOf(components);
            assertThat(schema.get("additionalProperties")).as(each.getValue()).isEqualTo(false);
            List<String> required = new ArrayList<>(components);
            required.removeAll(OMITTED.getOrDefault(each.getKey(), List.of()));
            assertThat(OpenApi.required(schema)).as(each.getValue()).isEqualTo(required);
        }
    }

    // ---- what it answers ----

    @Test
    void everyCallIsAnsweredAsDescribed() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            Admin admin = new Admin(gateway, tokenFile());
            gateway.server().operations().configureBy(new Agreeing());
            for (Operation operation : described.operations()) {
                if (operation.path().endsWith("/stream")) {
                    // See below.
                    continue;
                }
                try (Peer client = gateway.connect()) {
                    client.exchange();
                    Await.until("a probe has passed", BOUND, () -> probe(admin).get("result").text().equals("pass"));
                    String relay = admin.ok("GET", "/api/v1/relays").get("relays").list().getFirst().get("id").text();

                    expect(200, admin, operation, named(operation, "nginx", "one", relay, "127.0.0.1"),
                            body(operation));
                }
            }
        }
    }

    /** Whatever is asked for has been done. */
    private static final class Agreeing implements ConfigControl {
        @Override
        public ReloadOutcome reload(ReloadRequest request) {
            return confirm();
        }

        @Override
        public ReloadOutcome confirm() {
            return new ReloadOutcome.Applied(List.of("a"), List.of("b"), Instant.now());
        }

        @Override
        public ReloadOutcome rollBack(int steps, boolean isDryRun) {
            return confirm();
        }

        @Override
        public List<Earlier> earlier() {
            return List.of(new Earlier(Instant.now()));
        }

        @Override
        public Optional<Instant> confirmBy() {
            return Optional.of(Instant.now());
        }
    }

    private static Json probe(Admin admin) {
        try {
            return admin.ok("GET", "/api/v1/status").get("pools").list().getFirst().get("endpoints").list().getFirst()
                    .get("lastProbe");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theStreamSendsWhatIsDescribed() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            Admin admin = new Admin(gateway, tokenFile());
            Set<String> kinds = new TreeSet<>();
            HttpAnswer stream = admin.withoutToken("GET", "/api/v1/stream");
            assertThat(described.problems(described.operation("GET", "/api/v1/stream"), stream)).isEmpty();
            for (String event : stream.body().split("\n\n", -1)) {
                if (event.startsWith("event: ")) {
                    String kind = event.substring("event: ".length(), event.indexOf('\n'));
                    Json data = JsonParser.parse(event.substring(event.indexOf("data: ") + "data: ".length()));
                    kinds.add(kind);
                    assertThat(described.problems(data, kind.equals("status") ? "Status" : "History")).isEmpty();
                }
            }
            assertThat(kinds).containsExactly("history", "status");
        }
    }

    @Test
    void everyRefusalIsDescribed() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            Admin admin = new Admin(gateway, tokenFile());
            String json = "Content-Type: application/json";
            for (Operation operation : calls()) {
                String path = named(operation, "nginx", "one", "0-1", "127.0.0.1");
                HttpAnswer foreign = call(admin.port(), operation, path, "", "Host: evil.example", json, token());
                assertThat(foreign.status()).as("%s", operation).isEqualTo(403);
                assertThat(described.problems(operation, foreign)).isEmpty();

                HttpAnswer anonymous = operation.path().endsWith("/stream")
                        ? call(admin, operation, path + "?colour=red", "")
                        : call(admin.port(), operation, path, body(operation), "Host: localhost", json);
                assertThat(anonymous.status() == 401).as("%s: %s", operation, anonymous)
                        .isEqualTo(operation.needsToken());
                assertThat(described.problems(operation, anonymous)).isEmpty();

                expect(422, admin, operation, path + (path.contains("?") ? "&" : "?") + "colour=red", body(operation));
                // What has no block yet can be given one.
                if (operation.path().contains("{") && !operation.toString().startsWith("PUT /api/v1/blocks")) {
                    expect(404, admin, operation, named(operation, "none", "none", "none", "192.0.2.1"),
                            body(operation));
                }
            }
            expect(422, admin, described.operation("PUT", LISTENER_STATE), "/api/v1/listeners/web/state",
                    "{\"state\": \"drain\"}");
            expect(404, admin, described.operation("GET", "/api/v1/explain"),
                    "/api/v1/explain?listener=none&client=127.0.0.1", "");
            expect(404, admin, described.operation("GET", "/api/v1/sources"), "/api/v1/sources?listener=none", "");
            expect(422, admin, described.operation("DELETE", "/api/v1/relays"), "/api/v1/relays", "");
            expect(409, admin, described.operation("POST", "/api/v1/reload"), "/api/v1/reload", "");
        }
    }

    @Test
    void bodiesAreTakenAsDescribed() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            Admin admin = new Admin(gateway, tokenFile());
            assertThat(described.problems(JsonParser.parse("{\"state\": \"drain\"}"), "StateChange")).isEmpty();
            assertThat(described.problems(JsonParser.parse("{\"weight\": 2}"), "WeightChange")).isEmpty();
            assertThat(described.problems(
                    JsonParser.parse("{\"for\": \"1h\", \"why\": \"x\", \"keep\": true, \"wide\": false}"),
                    "BlockChange")).isEmpty();
            for (String wrong : List.of("[]", "{\"for\": 1}", "{\"for\": \"1\"}", "{\"for\": \"0s\"}",
                    "{\"why\": true}",
                    "{\"keep\": \"yes\"}", "{\"wide\": 1}", "{\"until\": \"1h\"}")) {
                assertThat(described.problems(JsonParser.parse(wrong), "BlockChange")).as(wrong).isNotEmpty();
                expect(422, admin, described.operation("PUT", "/api/v1/blocks/{network}"),
                        "/api/v1/blocks/192.0.2.1", wrong);
            }
            for (Operation operation : List.of(described.operation("PUT", STATE), described.operation("PUT", WEIGHT))) {
                String schema = operation.path().equals(STATE) ? "StateChange" : "WeightChange";
                String path = named(operation, "nginx", "one", "", "");
                for (String wrong : List.of("{}", "[]", "{\"state\": \"up\"}", "{\"weight\": 257}", "{\"weight\": 0.5}",
                        "{\"weight\": -1}", "{\"state\": \"drain\", \"weight\": 1}")) {
                    assertThat(described.problems(JsonParser.parse(wrong), schema)).as(wrong).isNotEmpty();
                    expect(422, admin, operation, path, wrong);
                }
                expect(413, admin, operation, path, " ".repeat(100_000));
                HttpAnswer form = call(admin.port(), operation, path, body(operation), "Host: localhost", token());
                assertThat(form.status()).isEqualTo(415);
                assertThat(described.problems(operation, form)).isEmpty();
            }
        }
    }

    @Test
    void theMetricsAddressAnswersAsDescribed() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint(); TestGateway gateway = gateway(one)) {
            int port = gateway.server().checkPort().orElseThrow();
            for (String path : HEALTH) {
                Operation operation = described.operation("GET", path);
                HttpAnswer answer = call(port, operation, path, "", "Host: localhost");
                assertThat(answer.status()).as(path).isEqualTo(200);
                assertThat(described.problems(operation, answer)).isEmpty();
            }
            HttpAnswer open = call(port, described.operation("GET", "/metrics"), "/metrics", "", "Host: localhost",
                    "Accept: application/openmetrics-text; version=1.0.0");
            assertThat(open.header("Content-Type")).startsWith("application/openmetrics-text");
            assertThat(described.problems(described.operation("GET", "/metrics"), open)).isEmpty();
            gateway.gateway().announceStop();
            HttpAnswer stopping = call(port, described.operation("GET", "/readyz"), "/readyz", "", "Host: localhost");
            assertThat(stopping.status()).isEqualTo(503);
            assertThat(described.problems(described.operation("GET", "/readyz"), stopping)).isEmpty();
        }
    }
}
