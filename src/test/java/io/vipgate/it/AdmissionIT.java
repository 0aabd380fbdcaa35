package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.admin.ExplainedClient;
import io.vipgate.admin.model.Explanation;
import io.vipgate.control.StartException;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.relay.RefuseReason;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may come in, how much of a listener one source may take, and how that is explained. */
@SocketTest
final class AdmissionIT {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static List<String> explain(TestGateway gateway, String client, String... peer) throws Exception {
        Explanation explanation = gateway.server().operations().explain("web",
                new ExplainedClient(InetAddress.ofLiteral(client),
                        peer.length == 0 ? Optional.empty() : Optional.of(InetAddress.ofLiteral(peer[0])),
                        Optional.empty(), List.of()));
        return explanation.verdicts().stream()
                .map(verdict -> verdict.who() + " " + verdict.check() + " " + verdict.result()).toList();
    }

    private static long refused(TestGateway gateway, RefuseReason reason) {
        return gateway.listenerSum(listener -> listener.refused(reason));
    }

    private static void expectServed(TestGateway gateway) throws IOException {
        try (Peer client = gateway.connect()) {
            client.exchange();
        }
    }

    @Test
    void longestNetworkDecidesWhicheverListItIsIn() throws Exception {
        Path deny = directory.resolve("deny.txt");
        Files.writeString(deny, "# nobody from here\n127.0.0.0/16\n");
        try (EchoEndpoint echo = new EchoEndpoint()) {
            TestGateway.Builder denying = TestGateway.with().endpoint("one", echo)
                    .listener("access: { deny: [\"file:" + deny + "\"] }");
            try (TestGateway gateway = denying.start()) {
                Peer.expectRefused(gateway.port());
                assertThat(refused(gateway, RefuseReason.ACCESS)).isEqualTo(1);
                assertThat(explain(gateway, "127.0.0.1")).containsExactly("client access refused");

                gateway.apply(TestGateway.with().endpoint("one", echo)
                        .listener("access: { deny: [\"file:" + deny + "\"], allow: [127.0.0.1] }"));
                expectServed(gateway);
                assertThat(explain(gateway, "127.0.0.1")).containsExactly("client access pass");
                assertThat(explain(gateway, "192.0.2.1")).containsExactly("client access refused");
            }
        }
    }

    @Test
    void filesAreReadAgainWithAReloadAndABadLineChangesNothing() throws Exception {
        Path deny = directory.resolve("deny.txt");
        Files.writeString(deny, "192.0.2.0/24\n");
        try (EchoEndpoint echo = new EchoEndpoint()) {
            TestGateway.Builder denying = TestGateway.with().endpoint("one", echo)
                    .listener("access: { deny: [\"file:" + deny + "\"] }");
            try (TestGateway gateway = denying.start()) {
                expectServed(gateway);
                Files.writeString(deny, "127.0.0.0/8 ; everybody here\n");
                gateway.apply(denying);
                Peer.expectRefused(gateway.port());

                Files.writeString(deny, "192.0.2.0/24\n192.0.2.1/24\n");
                Assertions.assertThatThrownBy(() -> gateway.gateway().apply(gateway.gateway().config()))
                        .isInstanceOf(StartException.class)
                        .hasMessage(deny + ":2: 192.0.2.1/24 (expected: 192.0.2.0/24)");
                Peer.expectRefused(gateway.port());
            }
        }
    }

    @Test
    void dryRunServesAndCounts() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo)
                        .listener("access: { deny: [127.0.0.1], dryRun: true }")
                        .listener("perSource: { maxConnections: 1, dryRun: true }").start();
                Peer first = gateway.connect();
                Peer second = gateway.connect()) {
            first.exchange();
            second.exchange();

            assertThat(gateway.listenerSum(listener -> listener.wouldRefuse().of(RefuseReason.ACCESS))).isEqualTo(2);
            assertThat(gateway.listenerSum(listener -> listener.wouldRefuse().of(RefuseReason.SOURCE_CONNECTIONS)))
                    .isEqualTo(1);
            assertThat(gateway.listenerSum(listener -> listener.refused().sum())).isZero();
            assertThat(explain(gateway, "127.0.0.1")).containsExactly("client access dry_run",
                    "client perSource dry_run");
        }
    }

    @Test
    void closeAnswersWithFinInsteadOfReset() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo)
                        .listener("access: { deny: [127.0.0.1], answer: close }").start();
                Peer client = gateway.connect()) {
            client.expectEnd();
        }
    }

    @Test
    void openConnectionsOfASourceAreExactOverAllLoopsAndGivenBack() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo)
                        .listener("perSource: { maxConnections: 3 }").start()) {
            for (int round = 0; round < 5; round++) {
                try (Peer one = gateway.connect(); Peer two = gateway.connect(); Peer three = gateway.connect()) {
                    one.exchange();
                    two.exchange();
                    three.exchange();
                    Peer.expectRefused(gateway.port());
                    assertThat(explain(gateway, "127.0.0.1")).containsExactly("client perSource refused");
                    assertThat(explain(gateway, "127.0.0.2")).containsExactly("client perSource pass");
                }
                gateway.awaitIdle(BOUND);
            }
            assertThat(refused(gateway, RefuseReason.SOURCE_CONNECTIONS)).isEqualTo(5);
        }
    }

    @Test
    void reloadOfTheLimitsKeepsWhatSourcesHaveOpen() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo)
                        .listener("perSource: { maxConnections: 3 }").start();
                Peer one = gateway.connect();
                Peer two = gateway.connect()) {
            one.exchange();
            two.exchange();
            gateway.apply(TestGateway.with().endpoint("one", echo).listener("perSource: { maxConnections: 2 }"));

            Peer.expectRefused(gateway.port());
            gateway.apply(TestGateway.with().endpoint("one", echo));
            expectServed(gateway);
        }
    }

    @Test
    void rateOfASourceIsLimitedAndRecovers() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo)
                        .listener("perSource: { newPerSecond: 2, burst: 4 }").start()) {
            long start = System.nanoTime();
            int served = 0;
            for (int i = 0; i < 40; i++) {
                try (Peer client = gateway.connect()) {
                    client.exchange();
                    served++;
                } catch (IOException e) {
                    // refused, which is counted below
                }
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat((double) served).isBetween(4.0, 4 + 2 * seconds + 1);
            assertThat(refused(gateway, RefuseReason.SOURCE_RATE)).isEqualTo(40 - served);
            Await.until("a token is there again", BOUND, () -> {
                try {
                    expectServed(gateway);
                    return true;
                } catch (IOException e) {
                    return false;
                }
            });
        }
    }

    @Test
    void eachVerdictAboutAPeerAndItsClientIsExplained() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo)
                        .listener("acceptProxy: [192.0.2.0/28]")
                        .listener("access: { allow: [198.51.100.0/24], deny: [192.0.2.9] }")
                        .listener("perSource: { maxConnections: 3, exempt: [198.51.100.7] }").start()) {
            assertThat(explain(gateway, "198.51.100.8", "192.0.2.1")).containsExactly("peer access pass",
                    "peer acceptProxy pass", "client access pass", "client perSource pass");
            assertThat(explain(gateway, "203.0.113.8", "192.0.2.1")).containsExactly("peer access pass",
                    "peer acceptProxy pass", "client access refused");
            assertThat(explain(gateway, "198.51.100.7", "192.0.2.9")).containsExactly("peer access refused");
            assertThat(explain(gateway, "198.51.100.7", "203.0.113.1")).containsExactly("peer acceptProxy refused");
            assertThat(explain(gateway, "198.51.100.7")).containsExactly("client access pass",
                    "client acceptProxy refused");
            assertThat(explain(gateway, "192.0.2.1")).containsExactly("client access pass",
                    "client acceptProxy pass");
            assertThat(gateway.server().operations()
                    .explain("web", ExplainedClient.of(InetAddress.ofLiteral("198.51.100.7"))).refused())
                    .isEqualTo("acceptProxy: it is not in acceptProxy.from, and others are rejected");
        }
    }
}
