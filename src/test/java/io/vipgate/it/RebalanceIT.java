package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Health;
import io.vipgate.relay.CloseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
}
