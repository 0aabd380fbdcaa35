package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.accesslog.FlatJson;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.BlackholeEndpoint;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FloodEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.RefusingEndpoint;
import io.vipgate.it.fixture.ResettingEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Health;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** One line for each end, in both forms. */
@SocketTest
@ParameterizedClass
@ValueSource(strings = {"text", "json"})
final class AccessLogIT {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Pattern TEXT = Pattern.compile("(?<time>\\S+) (?<listener>\\S+) (?<client>\\S+) -> "
            + "(?<pool>[^/ ]+)/(?<endpoint>\\S+) connect=(?<connect>\\S+) duration=(?<duration>\\S+) in=(?<in>\\d+) "
            + "out=(?<out>\\d+) attempts=(?<attempts>\\d+) pinned=(?<pinned>true|false) close=(?<close>..)");
    private static final String LONG_CONNECT = "connect: { timeout: 10s }";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final String format;

    AccessLogIT(String format) {
        this.format = format;
    }

    private Path file() {
        return directory.resolve("access.log");
    }

    private TestGateway.Builder with() {
        return TestGateway.with().more("accessLog: { format: " + format + ", file: \"" + file() + "\" }");
    }

    /** A line by its fields; what is not there is "-". */
    private Map<String, String> parse(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (format.equals("json")) {
            FlatJson.parse(line).forEach((name, value) -> fields.put(name, value.equals("null") ? "-" : value));
        } else {
            Matcher matcher = TEXT.matcher(line);
            assertThat(matcher.matches()).as(line).isTrue();
            for (String name : List.of("time", "listener", "client", "pool", "endpoint", "connect", "duration", "in",
                    "out",
                    "attempts", "pinned", "close")) {
                fields.put(name, matcher.group(name));
            }
        }
        return fields;
    }

    private List<String> lines() {
        try {
            return Files.exists(file()) ? Files.readAllLines(file()) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for so many lines, and takes the last. */
    private Map<String, String> line(int number) {
        Await.until(number + " lines", BOUND, () -> lines().size() >= number);
        assertThat(lines()).hasSize(number);
        return parse(lines().getLast());
    }

    private void assertSoleLine(String endpoint, int attempts, String close) {
        Map<String, String> line = line(1);
        assertThat(line).containsEntry("listener", "web").containsEntry("pool", "nginx")
                .containsEntry("endpoint", endpoint).containsEntry("attempts", Integer.toString(attempts))
                .containsEntry("close", close);
    }

    // ---- the fields ----

    @Test
    void anOrdinaryRelayHasALineWithEveryField() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("vip1", echo).pool("pinning: { by: source-address }").start()) {
            int port;
            try (Peer client = gateway.connect()) {
                port = client.localPort();
                client.exchange();
                client.exchange();
                client.fin();
                client.expectEnd();
            }
            Map<String, String> line = line(1);

            assertThat(line.keySet()).containsExactly("time", "listener", "client", "pool", "endpoint", "connect",
                    "duration", "in", "out", "attempts", "pinned", "close");
            assertThat(line).containsEntry("client", "127.0.0.1:" + port).containsEntry("in", "2")
                    .containsEntry("out", "2").containsEntry("pinned", "false").containsEntry("close", "--");
            assertThat(line.get("time")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            String duration = format.equals("json") ? "\\d+\\.\\d{6}" : "\\d+\\.\\dm?s";
            assertThat(line.get("connect")).matches(duration);
            assertThat(line.get("duration")).matches(duration);

            try (Peer again = gateway.connect()) {
                again.exchange();
            }
            assertThat(line(2)).containsEntry("pinned", "true");
        }
    }

    @Test
    void aRetryIsAnAttemptMore() throws Exception {
        try (RefusingEndpoint refusing = new RefusingEndpoint();
                EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", refusing.address()).endpoint("b", echo, "backup: true")
                        .start()) {
            try (Peer client = gateway.connect()) {
                client.exchange();
            }
            assertSoleLine("b", 2, "--");
        }
    }

    @Test
    void thereAreAsManyLinesAsClients() throws Exception {
        int clients = 500;
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", echo).start()) {
            Tasks.repeat(clients, 20, () -> {
                try (Peer client = gateway.connect()) {
                    client.exchange();
                }
            });
            gateway.awaitIdle(BOUND);

            Await.until("all lines", BOUND, () -> lines().size() == clients);
            assertThat(gateway.closed()).isEqualTo(clients);
            assertThat(gateway.server().accessLog().dropped()).isZero();
            assertThat(lines().stream().map(line -> Objects.requireNonNull(parse(line).get("client"))).distinct())
                    .as("no line is there twice").hasSizeGreaterThan(clients / 2);
        }
    }

    // ---- while connecting ----

    @Test
    void clientGoneWhileConnecting() throws Exception {
        try (BlackholeEndpoint blackhole = new BlackholeEndpoint();
                TestGateway gateway = with().endpoint("a", blackhole.address()).pool(LONG_CONNECT).start();
                Peer client = gateway.connect()) {
            gateway.awaitRelays(1, BOUND);
            client.reset();

            assertSoleLine("a", 1, "CC");
            assertThat(line(1)).containsEntry("connect", "-");
        }
    }

    @Test
    void everyEndpointRefuses() throws Exception {
        try (RefusingEndpoint one = new RefusingEndpoint();
                RefusingEndpoint two = new RefusingEndpoint();
                TestGateway gateway = with().endpoint("a", one.address()).endpoint("b", two.address(), "backup: true")
                        .start()) {
            Peer.expectRefused(gateway.port());

            assertSoleLine("b", 2, "SC");
        }
    }

    @Test
    void noEndpointAnswers() throws Exception {
        try (BlackholeEndpoint blackhole = new BlackholeEndpoint();
                TestGateway gateway = with().endpoint("a", blackhole.address()).pool("connect: { timeout: 100ms }")
                        .start()) {
            Peer.expectRefused(gateway.port());

            assertSoleLine("a", 1, "sC");
        }
    }

    @Test
    void thisMachineHasNoAddressToConnectFrom() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", echo).pool("source: [192.0.2.77]").start()) {
            Peer.expectRefused(gateway.port());

            assertSoleLine("a", 1, "RC");
        }
    }

    @Test
    void noEndpointMayBeUsed() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", echo).start()) {
            assertThat(gateway.server().operator().toAdmin("nginx", "a", AdminState.MAINT)).isPresent();
            Peer.expectRefused(gateway.port());

            assertSoleLine("-", 0, "PC");
        }
    }

    @Test
    void theListenerIsFull() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", echo).listener("maxConnections: 1").start();
                Peer client = gateway.connect()) {
            client.exchange();
            Peer.expectRefused(gateway.port());

            assertSoleLine("-", 0, "P-");
            assertThat(line(1).get("client")).startsWith("127.0.0.1:");
        }
    }

    @Test
    void aConnectThatTheDrainEnds() throws Exception {
        try (BlackholeEndpoint blackhole = new BlackholeEndpoint();
                TestGateway gateway = with().endpoint("a", blackhole.address()).pool(LONG_CONNECT).start();
                Peer client = gateway.connect()) {
            gateway.awaitRelays(1, BOUND);
            assertThat(gateway.gateway().drain(Duration.ZERO)).isEqualTo(1);
            client.expectReset();

            assertSoleLine("a", 1, "KC");
        }
    }

    // ---- data ----

    @Test
    void clientResets() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = with().endpoint("a", endpoints).start();
                Peer client = gateway.connect();
                Peer endpoint = endpoints.next()) {
            client.reset();
            endpoint.expectReset();

            assertSoleLine("a", 1, "CD");
        }
    }

    @Test
    void endpointResets() throws Exception {
        try (ResettingEndpoint resetting = new ResettingEndpoint();
                TestGateway gateway = with().endpoint("a", resetting).start();
                Peer client = gateway.connect()) {
            client.send("request");
            client.expectReset();

            assertSoleLine("a", 1, "SD");
            assertThat(line(1)).containsEntry("in", "7").containsEntry("out", "0");
        }
    }

    @Test
    void endpointDoesNotAnswer() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = with().endpoint("a", endpoints).pool("timeouts: { idle: 300ms }").start();
                Peer client = gateway.connect()) {
            client.send("request");
            client.expectReset();

            assertSoleLine("a", 1, "sD");
        }
    }

    @Test
    void clientFallsSilent() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", echo).pool("timeouts: { idle: 300ms }").start();
                Peer client = gateway.connect()) {
            client.exchange();
            client.expectReset();

            assertSoleLine("a", 1, "cD");
        }
    }

    @Test
    void clientTakesNothing() throws Exception {
        try (FloodEndpoint flood = new FloodEndpoint(0);
                TestGateway gateway = with().endpoint("a", flood).pool("timeouts: { idle: 500ms }").start();
                Peer client = gateway.connect()) {
            client.send("a request that is there last");

            assertSoleLine("a", 1, "cD");
        }
    }

    @Test
    void endpointDoesNotEndWhatTheClientHasEnded() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = with().endpoint("a", endpoints).pool("timeouts: { halfClosed: 300ms }").start();
                Peer client = gateway.connect()) {
            client.fin();
            client.expectReset();

            assertSoleLine("a", 1, "sD");
        }
    }

    @Test
    void clientDoesNotEndWhatTheEndpointHasEnded() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = with().endpoint("a", endpoints).pool("timeouts: { halfClosed: 300ms }").start();
                Peer client = gateway.connect();
                Peer endpoint = endpoints.next()) {
            endpoint.fin();
            client.expectEnd();

            assertSoleLine("a", 1, "cD");
        }
    }

    @Test
    void lifetimeIsOver() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", echo).pool("timeouts: { lifetime: 300ms }").start();
                Peer client = gateway.connect()) {
            client.expectReset();

            assertSoleLine("a", 1, "PD");
        }
    }

    @Test
    void endpointGoesDown() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = with().endpoint("a", echo)
                        .probe("{ type: tcp, interval: 50ms, fastInterval: 20ms, port: " + probed.port() + " }")
                        .pool("onDown: close").start();
                Peer client = gateway.connect()) {
            client.exchange();
            Await.until("it is up", BOUND, () -> gateway.state("a").health() == Health.UP);
            probed.stop();
            client.expectReset();

            assertSoleLine("a", 1, "DD");
        }
    }

    @Test
    void operatorClosesIt() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", echo).start();
                Peer client = gateway.connect()) {
            client.exchange();
            assertThat(gateway.server().operator().closeRelays(_ -> true)).isEqualTo(1);

            assertSoleLine("a", 1, "KD");
        }
    }

    @Test
    void drainEndsIt() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", echo).start();
                Peer client = gateway.connect();
                Tasks tasks = new Tasks()) {
            client.exchange();
            tasks.start(() -> assertThat(gateway.gateway().drain(BOUND)).isEqualTo(1));
            client.expectEnd();
            client.fin();
            tasks.join(BOUND);

            assertSoleLine("a", 1, "KD");
        }
    }

    @Test
    void theEndOfTheGatewayIsLoggedToo() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            TestGateway gateway = with().endpoint("a", echo).start();
            try (Peer client = gateway.connect()) {
                client.exchange();
                gateway.server().close();

                assertThat(lines()).as("when it is closed, not some time later").hasSize(1);
                assertSoleLine("a", 1, "KD");
            }
        }
    }

    // ---- what a reload changes ----

    @Test
    void aReloadChangesWhatEndsAfterwards() throws Exception {
        Path other = directory.resolve("other.log");
        String json = "accessLog: { format: json, file: \"" + other + "\" }";
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with().endpoint("a", echo).start();
                Peer open = gateway.connect()) {
            open.exchange();
            try (Peer client = gateway.connect()) {
                client.exchange();
            }
            gateway.awaitRelays(1, BOUND);
            gateway.apply(TestGateway.with().endpoint("a", echo).more(json));
            open.fin();
            gateway.awaitIdle(BOUND);
            gateway.apply(TestGateway.with().endpoint("a", echo));
            try (Peer client = gateway.connect()) {
                client.exchange();
            }
            gateway.awaitIdle(BOUND);
            gateway.apply(with().endpoint("a", echo));
            try (Peer client = gateway.connect()) {
                client.exchange();
            }

            assertThat(line(2)).containsEntry("close", "--");
            assertThat(Files.readAllLines(other)).singleElement().asString().startsWith("{");
        }
    }
}
