package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.admin.ExplainedClient;
import io.vipgate.admin.model.Explanation;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.BlackholeEndpoint;
import io.vipgate.it.fixture.Clients;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.RefusingEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Health;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ConnectFailure;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which endpoint gets how many connections, as the endpoints themselves count them. */
@SocketTest
final class BalancingIT {
    private static final int AT_ONCE = 16;

    private static void connectAndAsk(TestGateway gateway) throws Exception {
        try (Peer client = gateway.connect()) {
            assertThat(client.receiveAll()).hasSize(1);
        }
    }

    @Test
    void randomGivesEachOfTwoEndpointsHalf() throws Exception {
        int connections = 10_000;
        try (NamingEndpoint a = new NamingEndpoint('a');
                NamingEndpoint b = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().endpoint("a", a).endpoint("b", b).pool("balance: random")
                        .start()) {
            Tasks.repeat(connections, AT_ONCE, () -> connectAndAsk(gateway));

            assertThat(a.accepted() + b.accepted()).isEqualTo(connections);
            assertThat(100.0 * a.accepted() / connections).as("share of a in percent").isCloseTo(50,
                    Offset.offset(2.5));
            assertThat(gateway.connected("a")).isEqualTo(a.accepted());
            assertThat(gateway.connected("b")).isEqualTo(b.accepted());
        }
    }

    @Test
    void weightsOfFiveToOneGiveFiveSixths() throws Exception {
        int connections = 10_000;
        try (NamingEndpoint a = new NamingEndpoint('a');
                NamingEndpoint b = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().endpoint("a", a, "weight: 5").endpoint("b", b, "weight: 1")
                        .pool("balance: weighted-random").start()) {
            Tasks.repeat(connections, AT_ONCE, () -> connectAndAsk(gateway));

            assertThat(a.accepted() + b.accepted()).isEqualTo(connections);
            assertThat(100.0 * a.accepted() / connections).as("share of a in percent").isCloseTo(500.0 / 6,
                    Offset.offset(2.5));
        }
    }

    /** Its maximum does hold it: the endpoint's socket is there until the client ends its side too. */
    @Test
    void aConnectionThatItsEndpointHasFinishedIsNoLoadButHoldsItsPlace() throws Exception {
        try (HandedEndpoint a = new HandedEndpoint();
                HandedEndpoint b = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", a, "maxConnections: 2").endpoint("b", b)
                        .pool("balance: least-connections").eventLoops(1).start();
                Peer first = gateway.connect();
                Peer firstOfA = a.next();
                Peer second = gateway.connect();
                Peer firstOfB = b.next()) {
            firstOfA.fin();
            first.expectEnd();
            Explanation explained = gateway.server().operations().explain("web", new ExplainedClient(
                    InetAddress.getLoopbackAddress(), Optional.empty(), Optional.empty(), List.of()));
            assertThat(explained.candidates()).extracting(Explanation.Candidate::connections).containsExactly(1, 1);
            assertThat(explained.candidates()).extracting(Explanation.Candidate::finished).containsExactly(1, 0);
            assertThat(explained.choice().endpoint()).isEqualTo("a");
            try (Peer third = gateway.connect();
                    Peer secondOfA = a.next()) {
                secondOfA.fin();
                third.expectEnd();
                try (Peer fourth = gateway.connect(); Peer secondOfB = b.next()) {
                    fourth.send("x");
                    assertThat(secondOfB.receiveText(1)).as("a is full, though it has no load").isEqualTo("x");
                }
                second.send("x");
                assertThat(firstOfB.receiveText(1)).isEqualTo("x");
            }
        }
    }

    @Test
    void weightZeroTakesNothing() throws Exception {
        try (NamingEndpoint a = new NamingEndpoint('a');
                NamingEndpoint b = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().endpoint("a", a, "weight: 0").endpoint("b", b).start()) {
            Tasks.repeat(200, AT_ONCE, () -> connectAndAsk(gateway));

            assertThat(a.accepted()).isZero();
            assertThat(b.accepted()).isEqualTo(200);
        }
    }

    @Test
    void weightZeroTakesNothingEvenWhenTheOthersRefuse() throws Exception {
        try (NamingEndpoint a = new NamingEndpoint('a');
                RefusingEndpoint b = new RefusingEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", a, "weight: 0").endpoint("b", b.address())
                        .start()) {
            Peer.expectRefused(gateway.port());

            assertThat(a.accepted()).isZero();
        }
    }

    @Test
    void aBackupIsLeftAloneWhileThePrimaryWorks() throws Exception {
        try (NamingEndpoint primary = new NamingEndpoint('p');
                NamingEndpoint backup = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().endpoint("primary", primary)
                        .endpoint("backup", backup, "backup: true").start()) {
            Tasks.repeat(200, AT_ONCE, () -> connectAndAsk(gateway));

            assertThat(backup.accepted()).isZero();
            assertThat(primary.accepted()).isEqualTo(200);
        }
    }

    @Test
    void theBackupServesWhenEveryPrimaryRefuses() throws Exception {
        try (RefusingEndpoint one = new RefusingEndpoint();
                RefusingEndpoint two = new RefusingEndpoint();
                NamingEndpoint backup = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).endpoint("two", two.address())
                        .endpoint("backup", backup, "backup: true").start()) {
            Tasks.repeat(200, AT_ONCE, () -> connectAndAsk(gateway));

            assertThat(backup.accepted()).isEqualTo(200);
            // Primaries first, until their failures make them suspect.
            assertThat(gateway.failures("one", ConnectFailure.REFUSED)).isBetween(1L, 199L);
            assertThat(gateway.failures("two", ConnectFailure.REFUSED)).isBetween(1L, 199L);
        }
    }

    @Test
    void firstOverflowsAtTheMaximumAndFillsFromTheTop() throws Exception {
        try (EchoEndpoint a = new EchoEndpoint();
                EchoEndpoint b = new EchoEndpoint();
                EchoEndpoint c = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", a, "maxConnections: 3")
                        .endpoint("b", b, "maxConnections: 2").endpoint("c", c, "maxConnections: 1")
                        .pool("balance: first").start()) {
            List<Peer> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 6; i++) {
                    clients.add(gateway.connect());
                    clients.getLast().exchange();
                    assertThat(List.of(gateway.connections("a"), gateway.connections("b"), gateway.connections("c")))
                            .isEqualTo(List.of(Math.min(3, i + 1), Math.clamp(i - 2, 0, 2), Math.clamp(i - 4, 0, 1)));
                }
                // All are full.
                Peer.expectRefused(gateway.port());

                // The place that is free again is taken, not one further down.
                clients.removeFirst().close();
                gateway.awaitRelays(5, Duration.ofSeconds(5));
                clients.add(gateway.connect());
                clients.getLast().exchange();
                assertThat(gateway.connections("a")).isEqualTo(3);
                assertThat(a.accepted()).isEqualTo(4);
            } finally {
                for (Peer client : clients) {
                    client.close();
                }
            }
        }
    }

    @Test
    void firstGoesOnToTheNextWhenTheFirstRefusesAndPinsStayWhereTheyAre() throws Exception {
        try (SwitchedEndpoint a = new SwitchedEndpoint('a');
                NamingEndpoint b = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().endpoint("a", a.address()).endpoint("b", b)
                        .probe("{ interval: 50ms, fastInterval: 50ms, jitter: 0 % }").pool("balance: first")
                        .pool("pinning: { by: source-address }").start()) {
            // given
            assertThat(Clients.ask(gateway, 1)).isEqualTo("a");
            a.stop();
            assertThat(Clients.ask(gateway, 2)).isEqualTo("b");

            // when it is back
            a.start();
            Await.until("a is up", Duration.ofSeconds(15),
                    () -> gateway.state("a").health() == Health.UP && !gateway.state("a").isSuspect());

            // then
            assertThat(Clients.ask(gateway, 3)).isEqualTo("a");
            assertThat(Clients.ask(gateway, 2)).as("pinned").isEqualTo("b");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "least-connections"})
    void sharesStayFairWhileOneOfFourComesAndGoes(String rule) throws Exception {
        try (NamingEndpoint a = new NamingEndpoint('a');
                NamingEndpoint b = new NamingEndpoint('b');
                NamingEndpoint c = new NamingEndpoint('c');
                NamingEndpoint d = new NamingEndpoint('d');
                TestGateway gateway = TestGateway.with().endpoint("a", a).endpoint("b", b).endpoint("c", c)
                        .endpoint("d", d).eventLoops(1).pool("balance: " + rule).start()) {
            StringBuilder served = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                AdminState next = i % 2 == 0 ? AdminState.MAINT : AdminState.READY;
                assertThat(gateway.server().operator().toAdmin("nginx", "d", next)).isPresent();
                served.append(Clients.ask(gateway, 2));
                gateway.awaitIdle(Duration.ofSeconds(10));
            }

            for (char name : "abc".toCharArray()) {
                assertThat(served.chars().filter(each -> each == name).count()).as("%s of %s", name, served)
                        .isBetween(45L, 75L);
            }
        }
    }

    @Test
    void firstFollowsTheOrderOfTheFileOverAReload() throws Exception {
        try (NamingEndpoint a = new NamingEndpoint('a');
                NamingEndpoint b = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().endpoint("a", a).endpoint("b", b).pool("balance: first")
                        .start()) {
            assertThat(Clients.ask(gateway, 1)).isEqualTo("a");

            gateway.apply(TestGateway.with().endpoint("b", b).endpoint("a", a).pool("balance: first"));

            assertThat(Clients.ask(gateway, 1)).isEqualTo("b");
        }
    }

    @Test
    void oneRefusingEndpointFailsNoConnection() throws Exception {
        int connections = 1_000;
        try (NamingEndpoint good = new NamingEndpoint('g');
                RefusingEndpoint bad = new RefusingEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("good", good).endpoint("bad", bad.address())
                        .start()) {
            Tasks.repeat(connections, AT_ONCE, () -> connectAndAsk(gateway));

            assertThat(good.accepted()).isEqualTo(connections);
            assertThat(gateway.failures("bad", ConnectFailure.REFUSED)).as("attempts at the refusing one")
                    // Suspect after the first failure, so not one half of all.
                    .isBetween(1L, 300L).isEqualTo(gateway.retries());
            assertThat(gateway.connected("bad")).isZero();
        }
    }

    @Test
    void whenAllRefuseTheClientIsResetPromptly() throws Exception {
        try (RefusingEndpoint one = new RefusingEndpoint();
                RefusingEndpoint two = new RefusingEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).endpoint("two", two.address())
                        .start()) {
            long begin = System.nanoTime();

            Peer.expectRefused(gateway.port());

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
            gateway.awaitIdle(Duration.ofSeconds(1));
            assertThat(gateway.closed(CloseReason.CONNECT_FAILED)).isEqualTo(1);
            assertThat(gateway.failures("one", ConnectFailure.REFUSED)).isEqualTo(1);
            assertThat(gateway.failures("two", ConnectFailure.REFUSED)).isEqualTo(1);
            assertThat(gateway.retries()).isEqualTo(1);
        }
    }

    @Test
    void aBlackholedEndpointDelaysButFailsNoConnection() throws Exception {
        int connections = 100;
        Duration timeout = Duration.ofMillis(300);
        // One tick of the wheel, and what a busy machine may add; the next thing to happen would be the kernel's own
        // second SYN, a second after the first.
        Duration most = timeout.plusMillis(50).plusMillis(500);
        try (BlackholeEndpoint bad = new BlackholeEndpoint();
                NamingEndpoint good = new NamingEndpoint('g');
                TestGateway gateway = TestGateway.with().endpoint("good", good).endpoint("bad", bad.address())
                        .pool("connect: { timeout: 300ms }").start()) {
            Tasks.repeat(connections, AT_ONCE, () -> {
                long begin = System.nanoTime();
                connectAndAsk(gateway);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(most);
            });

            assertThat(good.accepted()).isEqualTo(connections);
            assertThat(gateway.failures("bad", ConnectFailure.TIMEOUT)).isBetween(1L, 40L)
                    .isEqualTo(gateway.failures("bad"));
        }
    }
}
