package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.admin.model.EndpointStatus;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.Health;
import io.vipgate.relay.CloseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What becomes of the connections of an endpoint that is down, with {@code onDown: drain}. */
@SocketTest
final class DownDrainIT {
    private static final Duration BOUND = Duration.ofSeconds(20);

    /** Endpoint one is probed by another port; endpoint two counts as up. */
    private static TestGateway.Builder with(SwitchedEndpoint probed, TestEndpoint one, String downDrain) {
        return TestGateway.with().endpoint("one", one)
                .probe("{ type: tcp, port: " + probed.port()
                        + ", interval: 50ms, timeout: 2s, fastInterval: 20ms, rise: 1, fall: 1 }")
                .pool("onDown: drain").pool("downDrain: " + downDrain);
    }

    private static TestGateway up(TestGateway.Builder builder) throws Exception {
        TestGateway gateway = builder.start();
        Await.until("one is up", BOUND, () -> gateway.state("one").health() == Health.UP);
        return gateway;
    }

    private static EndpointStatus status(TestGateway gateway) {
        return gateway.server().operations().status().pools().getFirst().endpoints().getFirst();
    }

    @Test
    void idleConnectionsEndByFinAndTheirClientsFindTheOther() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = up(
                        with(probed, one, "2s").endpoint("two", two, "backup: true", "probe: false"))) {
            List<Peer> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Peer client = gateway.connect();
                clients.add(client);
                client.exchange();
            }
            probed.stop();

            for (Peer client : clients) {
                client.expectEnd();
                client.close();
            }
            gateway.awaitIdle(BOUND);
            assertThat(gateway.closed(CloseReason.ENDPOINT_DOWN)).isEqualTo(20);
            try (Peer client = gateway.connect()) {
                client.exchange();
                assertThat(gateway.connections("two")).isEqualTo(1);
            }
        }
    }

    @Test
    void connectionThatWaitsForAnAnswerIsResetAtTheEnd() throws Exception {
        try (HandedEndpoint one = new HandedEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = up(
                        with(probed, one, "1s").endpoint("two", two, "backup: true", "probe: false"));
                Peer client = gateway.connect();
                Peer endpoint = one.next()) {
            client.send("request");
            assertThat(endpoint.receiveText(7)).isEqualTo("request");
            probed.stop();

            client.expectReset();
            endpoint.expectReset();
            gateway.awaitIdle(BOUND);
            assertThat(gateway.closed(CloseReason.ENDPOINT_DOWN)).isEqualTo(1);
        }
    }

    @Test
    void returnCallsItOff() throws Exception {
        try (HandedEndpoint one = new HandedEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = up(
                        with(probed, one, "10m").endpoint("two", two, "backup: true", "probe: false"));
                Peer client = gateway.connect();
                Peer endpoint = one.next()) {
            client.send("request");
            assertThat(endpoint.receiveText(7)).isEqualTo("request");
            probed.stop();
            Await.until("it is drained", BOUND, () -> status(gateway).drainLeftSeconds() != null);
            assertThat(Objects.requireNonNull(status(gateway).drainLeftSeconds())).isBetween(500.0, 600.0);

            probed.start();
            Await.until("it is back", BOUND, () -> gateway.state("one").health() == Health.UP);
            Await.until("it is not drained any more", BOUND, () -> status(gateway).drainLeftSeconds() == null);
            endpoint.send("answer");
            assertThat(client.receiveText(6)).isEqualTo("answer");
        }
    }

    @Test
    void nothingIsDrainedWhileClientsWouldFindNothingBetter() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = up(with(probed, one, "5s"));
                Peer client = gateway.connect()) {
            client.exchange();
            probed.stop();
            Await.until("it is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);
            assertThat(status(gateway).drainLeftSeconds()).isNull();
            client.exchange();

            gateway.apply(with(probed, one, "5s").pool("onNoHealthy: reject"));
            client.expectEnd();
            client.fin();
            gateway.awaitIdle(BOUND);
            assertThat(gateway.closed(CloseReason.ENDPOINT_DOWN)).isEqualTo(1);
        }
    }

    private static boolean isDraining(TestGateway gateway) {
        return status(gateway).drainLeftSeconds() != null;
    }

    @Test
    void anEndpointThatGoesDownAgainIsDrainedAgain() throws Exception {
        try (HandedEndpoint one = new HandedEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = up(
                        with(probed, one, "3s").endpoint("two", two, "backup: true", "probe: false"));
                Peer client = gateway.connect();
                Peer endpoint = one.next()) {
            client.send("request");
            assertThat(endpoint.receiveText(7)).isEqualTo("request");
            for (int i = 0; i < 2; i++) {
                probed.stop();
                Await.until("it is drained", BOUND, () -> isDraining(gateway));
                probed.start();
                Await.until("it is not drained any more", BOUND, () -> !isDraining(gateway));
            }
            client.send("more");
            assertThat(endpoint.receiveText(4)).isEqualTo("more");
            probed.stop();
            client.expectReset();
            endpoint.expectReset();
            gateway.awaitIdle(BOUND);
            assertThat(gateway.closed(CloseReason.ENDPOINT_DOWN)).isEqualTo(1);
        }
    }

    @Test
    void anotherDownDrainHoldsForADrainThatIsUnderWay() throws Exception {
        try (HandedEndpoint one = new HandedEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = up(
                        with(probed, one, "24h").endpoint("two", two, "backup: true", "probe: false"));
                Peer client = gateway.connect();
                Peer endpoint = one.next()) {
            client.send("request");
            assertThat(endpoint.receiveText(7)).isEqualTo("request");
            probed.stop();
            Await.until("it is drained", BOUND, () -> isDraining(gateway));

            gateway.apply(with(probed, one, "1s").endpoint("two", two, "backup: true", "probe: false"));
            client.expectReset();
            endpoint.expectReset();
            gateway.awaitIdle(BOUND);
            assertThat(gateway.closed(CloseReason.ENDPOINT_DOWN)).isEqualTo(1);
        }
    }

    @Test
    void connectionsOfAnEndpointThatIsTakenOutOfTheFileEndAllTheSame() throws Exception {
        try (HandedEndpoint one = new HandedEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = up(
                        with(probed, one, "3s").endpoint("two", two, "backup: true", "probe: false"));
                Peer client = gateway.connect();
                Peer endpoint = one.next()) {
            client.send("request");
            assertThat(endpoint.receiveText(7)).isEqualTo("request");
            probed.stop();
            Await.until("it is drained", BOUND, () -> isDraining(gateway));

            gateway.apply(TestGateway.with().endpoint("two", two).pool("onDown: drain").pool("downDrain: 3s"));
            client.expectReset();
            endpoint.expectReset();
            gateway.awaitIdle(BOUND);
        }
    }
}
