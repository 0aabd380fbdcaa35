package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.admin.ExplainedClient;
import io.vipgate.control.OperatorActions;
import io.vipgate.control.RebalanceForecast;
import io.vipgate.control.RebalanceView;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.Clients;
import io.vipgate.it.fixture.ForgetfulEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.ReturningClients;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.linux.ClientAddress;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Health;
import io.vipgate.relay.CloseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Clients come back to where they belong: {@code rebalance}. */
@SocketTest
final class RebalanceIT {
    private static final Duration BOUND = Duration.ofSeconds(40);
    private static final String PINNED = "pinning: { by: source-address, ttl: 10m }";

    /** Endpoint one is probed by another port; endpoint two counts as up. */
    private static TestGateway.Builder with(SwitchedEndpoint probed, TestEndpoint one, String rebalance) {
        return TestGateway.with().endpoint("one", one)
                .probe("{ type: tcp, port: " + probed.port()
                        + ", interval: 50ms, timeout: 2s, fastInterval: 20ms, rise: 1, fall: 1 }")
                .pool("rebalance: { " + rebalance + " }");
    }

    private static void away(TestGateway gateway, SwitchedEndpoint probed) {
        probed.stop();
        Await.until("one is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);
    }

    private static void back(TestGateway gateway, SwitchedEndpoint probed) {
        probed.start();
        Await.until("one is up", BOUND, () -> gateway.state("one").health() == Health.UP);
    }

    private static RebalanceView.State state(TestGateway gateway) {
        return RebalanceView.State.valueOf(gateway.server().operations().status().pools().getFirst().rebalance().state()
                .toUpperCase(Locale.ROOT));
    }

    @Test
    void idleRelaysComeBackLittleByLittle() throws Exception {
        try (ForgetfulEndpoint one = new ForgetfulEndpoint();
                ForgetfulEndpoint two = new ForgetfulEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = with(probed, one, "when: recovery, after: 1s, idleFor: 500ms, rate: 10 %")
                        .endpoint("two", two, "probe: false").pool("balance: least-connections").start()) {
            away(gateway, probed);
            List<Peer> busy = new ArrayList<>();
            try (ReturningClients clients = new ReturningClients(360, true, _ -> gateway.connect())) {
                for (int i = 0; i < 40; i++) {
                    Peer client = gateway.connect();
                    client.exchange();
                    client.send(new byte[]{ForgetfulEndpoint.UNANSWERED});
                    busy.add(client);
                }
                assertThat(gateway.connections("two")).isEqualTo(400);
                back(gateway, probed);

                Await.until("half of them are at one", BOUND, () -> gateway.connections("one") >= 195);
                Await.until("it is done", BOUND, () -> state(gateway) == RebalanceView.State.WATCHING);
                assertThat(gateway.connections("one")).isBetween(190, 210);
                assertThat(gateway.closed(CloseReason.REBALANCED)).isBetween(190L, 240L);
                // Of 400 relays 10 % a second. What the clients see may come a little later.
                assertThat(clients.mostWithin(500_000_000)).isLessThanOrEqualTo(40);
                assertThat(clients.failures()).isEmpty();
                for (Peer client : busy) {
                    client.exchange();
                }
            } finally {
                for (Peer client : busy) {
                    client.close();
                }
            }
        }
    }

    /** Where each of the clients is pinned. */
    private static List<String> pins(TestGateway gateway, int clients) throws Exception {
        PinTable table = gateway.server().operator().pins("nginx").orElseThrow();
        List<String> all = new ArrayList<>();
        ClientAddress address = new ClientAddress();
        for (int i = 0; i < clients; i++) {
            address.set(Clients.address(i), 0);
            all.add(table.of(address.high(), address.low()).orElseThrow().endpoint().name());
        }
        return all;
    }

    @Test
    void onlyThosePinsComeHomeThatAFailureMoved() throws Exception {
        try (ForgetfulEndpoint one = new ForgetfulEndpoint();
                ForgetfulEndpoint two = new ForgetfulEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = with(probed, one, "when: recovery, after: 0s, idleFor: 500ms, rate: 50 %")
                        .endpoint("two", two, "probe: false").pool(PINNED).pool("onDown: drain")
                        .pool("downDrain: 4s").start();
                ReturningClients clients = new ReturningClients(60, true, i -> Clients.connect(gateway, i))) {
            List<String> homes = pins(gateway, 60);
            int atOne = Collections.frequency(homes, "one");
            assertThat(atOne).isBetween(10, 50);
            away(gateway, probed);
            Await.until("all are at two", BOUND, () -> gateway.connections("two") == 60);
            assertThat(gateway.server().operations().explain("web", new ExplainedClient(
                    Clients.address(homes.indexOf("one")), Optional.empty(), Optional.empty(), List.of())).choice()
                    .why())
                    .endsWith("rebalancing brings it home to one");
            // Were the shares the aim, these would be too many at two for good, and some of them would go.
            try (ReturningClients newcomers = new ReturningClients(30, true, i -> Clients.connect(gateway, 60 + i))) {
                assertThat(gateway.connections("two")).isEqualTo(90);
                back(gateway, probed);

                Await.until("they are at home", BOUND, () -> gateway.connections("one") == atOne);
                Await.until("it is done", BOUND, () -> state(gateway) == RebalanceView.State.WATCHING);
                assertThat(pins(gateway, 60)).isEqualTo(homes);
                assertThat(gateway.connections("two")).isEqualTo(90 - atOne);
                assertThat(gateway.closed(CloseReason.REBALANCED)).isEqualTo(atOne);
                assertThat(newcomers.ends()).isEmpty();
                assertThat(clients.failures()).isEmpty();
            }
        }
    }

    @Test
    void withSourceHashExactlyTheClientsOfTheReturnedEndpointComeHome() throws Exception {
        try (ForgetfulEndpoint one = new ForgetfulEndpoint();
                ForgetfulEndpoint two = new ForgetfulEndpoint();
                ForgetfulEndpoint three = new ForgetfulEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = with(probed, one, "when: recovery, after: 0s, idleFor: 500ms, rate: 50 %")
                        .endpoint("two", two, "probe: false").endpoint("three", three, "probe: false")
                        .pool("balance: source-hash").pool("onDown: drain").pool("downDrain: 4s").start();
                ReturningClients clients = new ReturningClients(90, true, i -> Clients.connect(gateway, i))) {
            int atOne = gateway.connections("one");
            int atTwo = gateway.connections("two");
            assertThat(atOne).isBetween(10, 60);
            away(gateway, probed);
            Await.until("none is at one", BOUND, () -> gateway.connections("one") == 0
                    && gateway.connections("two") + gateway.connections("three") == 90);
            back(gateway, probed);

            Await.until("they are at home", BOUND, () -> gateway.connections("one") == atOne);
            Await.until("it is done", BOUND, () -> state(gateway) == RebalanceView.State.WATCHING);
            assertThat(gateway.connections("two")).isEqualTo(atTwo);
            assertThat(gateway.closed(CloseReason.REBALANCED)).isEqualTo(atOne);
            assertThat(clients.failures()).isEmpty();
        }
    }

    @Test
    void backupGivesBackWhatItGot() throws Exception {
        backupGivesBack("balance: weighted-random", 40);
    }

    @Test
    void backupGivesBackThosePinnedToIt() throws Exception {
        backupGivesBack(PINNED, 40);
    }

    @Test
    void backupGivesBackAllRelaysOfAClient() throws Exception {
        backupGivesBack(PINNED, 8);
    }

    private void backupGivesBack(String key, int addresses) throws Exception {
        try (ForgetfulEndpoint one = new ForgetfulEndpoint();
                ForgetfulEndpoint two = new ForgetfulEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = with(probed, one, "when: recovery, after: 0s, idleFor: 500ms, rate: 50 %")
                        .endpoint("two", two, "backup: true", "probe: false").pool(key).start()) {
            away(gateway, probed);
            try (ReturningClients clients = new ReturningClients(40, true,
                    i -> Clients.connect(gateway, i % addresses))) {
                assertThat(gateway.connections("two")).isEqualTo(40);
                back(gateway, probed);

                Await.until("none is at the backup", BOUND, () -> gateway.connections("one") == 40);
                assertThat(gateway.connections("two")).isZero();
                assertThat(gateway.closed(CloseReason.REBALANCED)).isEqualTo(40);
                assertThat(clients.failures()).isEmpty();
            }
        }
    }

    @Test
    void stopsWhenClientsDoNotComeBack() throws Exception {
        long begun = System.nanoTime();
        try (ForgetfulEndpoint one = new ForgetfulEndpoint();
                ForgetfulEndpoint two = new ForgetfulEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                // A minute in three seconds.
                TestGateway gateway = with(probed, one, "when: recovery, after: 0s, idleFor: 500ms, rate: 1 %")
                        .endpoint("two", two, "probe: false")
                        .clock(() -> begun + 20 * (System.nanoTime() - begun)).start()) {
            away(gateway, probed);
            try (ReturningClients clients = new ReturningClients(200, false, _ -> gateway.connect())) {
                back(gateway, probed);
                Await.until("it has stopped", BOUND, () -> state(gateway) == RebalanceView.State.STOPPED);
                long closed = gateway.closed(CloseReason.REBALANCED);
                assertThat(closed).isBetween(5L, 150L);
                assertThat(gateway.server().operations().status().events())
                        .anyMatch(event -> event.text().contains("have not come back"));

                away(gateway, probed);
                back(gateway, probed);
                Await.until("it begins again", BOUND, () -> gateway.closed(CloseReason.REBALANCED) > closed);
                assertThat(clients.failures()).isEmpty();
            }
        }
    }

    @Test
    void nobodyIsSentAwayFromTheOneThatIsLeft() throws Exception {
        try (ForgetfulEndpoint one = new ForgetfulEndpoint();
                ForgetfulEndpoint two = new ForgetfulEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = with(probed, one, "when: recovery, after: 0s, idleFor: 500ms, rate: 10 %")
                        .endpoint("two", two, "probe: false").start()) {
            away(gateway, probed);
            try (ReturningClients clients = new ReturningClients(200, true, _ -> gateway.connect())) {
                back(gateway, probed);
                Await.until("some are closed", BOUND, () -> gateway.closed(CloseReason.REBALANCED) >= 4);
                away(gateway, probed);
                long closed = gateway.closed(CloseReason.REBALANCED);

                Await.until("it is done", BOUND, () -> state(gateway) == RebalanceView.State.WATCHING);
                // Those of one tenth of a second may have been on their way.
                assertThat(gateway.closed(CloseReason.REBALANCED)).isLessThanOrEqualTo(closed + 2);
                assertThat(clients.failures()).isEmpty();
            }
        }
    }

    @Test
    void operatorRebalancesByHandAndStops() throws Exception {
        try (ForgetfulEndpoint one = new ForgetfulEndpoint();
                ForgetfulEndpoint two = new ForgetfulEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two)
                        .pool("rebalance: { idleFor: 500ms, rate: 2 % }").start()) {
            OperatorActions operator = gateway.server().operator();
            operator.toAdmin("nginx", "one", AdminState.MAINT);
            try (ReturningClients clients = new ReturningClients(100, true, _ -> gateway.connect())) {
                operator.toAdmin("nginx", "one", AdminState.READY);
                Await.until("they are idle", BOUND, () -> operator.rebalance("nginx", true).givers().getFirst()
                        .idle() == 100);
                assertThat(operator.rebalance("nginx", true)).isEqualTo(new RebalanceForecast(100, 2, false, 0.2,
                        List.of(new RebalanceForecast.Giver("two", 100, 100, 100))));
                assertThat(gateway.server().operations().status().pools().getFirst().rebalance().skew()).isEqualTo(2);
                operator.toStandby(true);
                assertThatThrownBy(() -> operator.rebalance("nginx", false)).hasMessage("the gateway stands by");
                operator.toStandby(false);
                operator.toAdmin("nginx", "two", AdminState.DRAIN);
                assertThatThrownBy(() -> operator.rebalance("nginx", false))
                        .hasMessage("endpoint two is in DRAIN, and its relays are not over");
                operator.toAdmin("nginx", "two", AdminState.READY);
                assertThat(gateway.closed(CloseReason.REBALANCED)).isZero();

                assertThat(operator.rebalance("nginx", false).givers()).hasSize(1);
                Await.until("some are closed", BOUND, () -> gateway.closed(CloseReason.REBALANCED) >= 4);
                assertThatThrownBy(() -> operator.rebalance("nginx", false))
                        .hasMessage("it is being rebalanced already");
                assertThat(operator.stopRebalancing("nginx")).isTrue();
                assertThat(operator.stopRebalancing("nginx")).isFalse();
                assertThat(state(gateway)).isEqualTo(RebalanceView.State.OFF);
                assertThat(clients.mostWithin(500_000_000)).isLessThanOrEqualTo(2);
                assertThat(clients.failures()).isEmpty();
            }
        }
    }

    @Test
    void reloadPutsItOffForAMinute() throws Exception {
        try (ForgetfulEndpoint one = new ForgetfulEndpoint();
                ForgetfulEndpoint two = new ForgetfulEndpoint()) {
            TestGateway.Builder builder = TestGateway.with().endpoint("one", one).endpoint("two", two)
                    .pool("rebalance: { when: always, after: 0s, idleFor: 500ms, rate: 50 % }");
            long begun = System.nanoTime();
            try (TestGateway gateway = builder.clock(() -> begun + 20 * (System.nanoTime() - begun)).start()) {
                gateway.server().operator().toAdmin("nginx", "one", AdminState.MAINT);
                try (ReturningClients clients = new ReturningClients(40, true, _ -> gateway.connect())) {
                    gateway.apply(builder);
                    gateway.server().operator().toAdmin("nginx", "one", AdminState.READY);
                    Await.until("it waits", BOUND, () -> state(gateway) == RebalanceView.State.WAITING);
                    assertThat(gateway.server().operations().status().pools().getFirst().rebalance().why())
                            .contains("loaded less than a minute ago");
                    assertThat(gateway.closed(CloseReason.REBALANCED)).isZero();
                    Await.until("it goes on", BOUND, () -> gateway.closed(CloseReason.REBALANCED) > 0);
                    assertThat(clients.failures()).isEmpty();
                }
            }
        }
    }
}
