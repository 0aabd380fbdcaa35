package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.admin.ExplainedClient;
import io.vipgate.admin.RelayFilter;
import io.vipgate.admin.model.Explanation;
import io.vipgate.admin.model.ListenerStatus;
import io.vipgate.clienthello.HelloBuilder;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of clients that are led by their ClientHello: to operators, and to endpoints. */
@SocketTest
final class HelloReportsIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String RULES = "tls: { names: { shop.example.com: nginx, \"*.apps.example.com\": nginx }, "
            + "alpn: { acme-tls/1: nginx }, unknownName: reject, notTls: reject }";

    private static final RelayFilter EVERY = new RelayFilter(Optional.empty(), Optional.empty(), Optional.empty(),
            Optional.empty());

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static byte[] hello(String name, String... protocols) {
        HelloBuilder hello = new HelloBuilder();
        if (!name.isEmpty()) {
            hello.serverName(name);
        }
        return protocols.length == 0 ? hello.build() : hello.protocols(List.of(protocols)).build();
    }

    private TestGateway.Builder before(EchoEndpoint endpoint) {
        return TestGateway.with().endpoint("one", endpoint).listener(RULES)
                .more("accessLog: { format: text, file: \"" + directory.resolve("access.log") + "\" }");
    }

    private List<String> lines(int expected) throws Exception {
        Await.until(expected + " lines", BOUND, () -> written().size() >= expected);
        assertThat(written()).hasSize(expected);
        return written().stream().map(line -> line.replaceAll(".* close=", "")).toList();
    }

    private List<String> written() {
        try {
            Path file = directory.resolve("access.log");
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void serve(TestGateway gateway, byte[] hello) throws Exception {
        try (Peer client = gateway.connect()) {
            client.send(hello);
            assertThat(client.receive(hello.length)).isEqualTo(hello);
            client.fin();
            client.expectEnd();
        }
    }

    private static void refuse(TestGateway gateway, byte[] sent) throws Exception {
        try (Peer client = gateway.connect()) {
            client.send(sent);
            byte[] alert = client.receive(7);
            assertThat(alert).isEqualTo(HexFormat.of().parseHex("15030300020270"));
            client.expectEnd();
        }
    }

    @Test
    void accessLogHasTheNameOfEveryClientWhoseHelloWasReadRefusedOnesIncluded() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = before(echo).start()) {
            serve(gateway, hello("SHOP.example.com."));
            assertThat(lines(1)).containsExactly("-- sni=shop.example.com");
            serve(gateway, hello("a.b.apps.example.com"));
            serve(gateway, hello(""));
            assertThat(lines(3)).contains("-- sni=a.b.apps.example.com", "-- sni=-");
            refuse(gateway, hello("other.example"));
            refuse(gateway, hello("spaced name\n"));
            // Each of the two event loops writes the lines of its own clients.
            assertThat(lines(5)).contains("PR sni=other.example", "PR sni=spaced\\x20name\\x0a");
        }
    }

    @Test
    void statusAndListOfRelaysSayWhatHasLedClients() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = before(echo).start()) {
            serve(gateway, hello("shop.example.com"));
            serve(gateway, hello("x.apps.example.com"));
            serve(gateway, hello("other.example", "acme-tls/1"));
            serve(gateway, hello(""));
            refuse(gateway, hello("other.example"));
            ListenerStatus listener = gateway.server().operations().status().listeners().getFirst();

            assertThat(listener.tls()).satisfies(tls -> {
                assertThat(tls.names()).isEqualTo(2);
                assertThat(tls.protocols()).isEqualTo(1);
                assertThat(tls.pools()).containsExactly("nginx");
                assertThat(tls.hellosBy().toString()).isEqualTo("{name=1, wildcard=1, alpn=1, default=1, no_name=1}");
                assertThat(tls.encrypted()).isZero();
            });
            assertThat(listener.refusedBy()).containsExactlyEntriesOf(Map.of("unknown_server_name", 1L));
            try (Peer client = gateway.connect()) {
                byte[] hello = hello("shop.example.com");
                client.send(hello);
                assertThat(client.receive(hello.length)).isEqualTo(hello);
                assertThat(gateway.server().operations().relays(EVERY, "", 10).relays())
                        .singleElement()
                        .satisfies(relay -> assertThat(relay.serverName()).isEqualTo("shop.example.com"));
            }
        }
    }

    @Test
    void explanationSaysWhereANameWouldLead() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = before(echo).start()) {
            assertThat(verdict(gateway, "A.b.apps.example.com.")).isEqualTo(
                    "tls pass: the wildcard *.apps.example.com of tls.names leads to pool nginx");
            assertThat(verdict(gateway, "shop.example.com")).isEqualTo(
                    "tls pass: the name shop.example.com of tls.names leads to pool nginx");
            assertThat(verdict(gateway, "shop.example.com", "h2", "acme-tls/1")).isEqualTo(
                    "tls pass: the protocol acme-tls/1 of tls.alpn leads to pool nginx");
            assertThat(verdict(gateway, "apps.example.com")).isEqualTo(
                    "tls refused: no entry of tls.names is for this name; such a client gets the alert unrecognized_name, by "
                            + "tls.unknownName");
            assertThat(verdict(gateway, "")).isEqualTo(
                    "tls pass: a client that names no server gets the listener's pool, by tls.noName");
        }
    }

    private static String verdict(TestGateway gateway, String name, String... protocols) throws Exception {
        Explanation explanation = gateway.server().operations().explain("web",
                new ExplainedClient(InetAddress.ofLiteral("198.51.100.7"), Optional.empty(),
                        name.isEmpty() ? Optional.empty() : Optional.of(name), List.of(protocols)));
        Explanation.Verdict verdict = explanation.verdicts().getLast();
        assertThat(explanation.refused() == null).isEqualTo(verdict.result().equals("pass"));
        return verdict.check() + " " + verdict.result() + ": " + verdict.why();
    }

    @Test
    void endpointIsToldTheNameAndTheProtocolInTheProxyHeader() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = before(echo).pool("proxyProtocol: { version: v2, tlvs: [authority, alpn] }")
                        .start()) {
            assertThat(fields(gateway, hello("shop.example.com", "h2", "http/1.1")))
                    .isEqualTo("010002" + hex("h2") + "020010" + hex("shop.example.com"));
            assertThat(fields(gateway, hello("shop.example.com", "h2", "acme-tls/1")))
                    .isEqualTo("01000a" + hex("acme-tls/1") + "020010" + hex("shop.example.com"));
            assertThat(fields(gateway, hello("x.apps.example.com"))).isEqualTo("020012" + hex("x.apps.example.com"));
            assertThat(fields(gateway, hello(""))).isEmpty();
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The fields behind signature, command, family, length and addresses. */
    private static String fields(TestGateway gateway, byte[] hello) throws Exception {
        try (Peer client = gateway.connect()) {
            client.send(hello);
            byte[] fixed = client.receive(16);
            int length = ((fixed[14] & 0xff) << 8) | (fixed[15] & 0xff);
            byte[] rest = client.receive(length);
            assertThat(client.receive(hello.length)).isEqualTo(hello);
            return HexFormat.of().formatHex(rest).substring(2 * 12);
        }
    }
}
