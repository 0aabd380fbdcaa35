package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.admin.model.EndpointStatus;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.Health;
import io.vipgate.relay.CloseReason;
import java.io.IOException;
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
                .pool("onDown: drain").pool("downDrain: " + downDrain)
                .more("metrics: { bind: \"127.0.0.1:0\" }");
    }

    private static TestGateway up(TestGateway.Builder builder) throws Exception {
        TestGateway gateway = builder.start();
        Await.until("one is up", BOUND, () -> gateway.state("one").health() == Health.UP);
        return gateway;
    }

    /** A client whose request endpoint one has and does not answer; endpoint two stands behind. */
    private static final class Waiting implements AutoCloseable {
        final HandedEndpoint one = new HandedEndpoint();
        final EchoEndpoint two = new EchoEndpoint();
        final SwitchedEndpoint probed = new SwitchedEndpoint('p');
        final TestGateway gateway;
        final Peer client;
        final Peer endpoint;

        Waiting(String downDrain) throws Exception {
            gateway = up(configuration(downDrain));
            client = gateway.connect();
            endpoint = one.next();
            client.send("request");
            assertThat(endpoint.receiveText(7)).isEqualTo("request");
        }

        TestGateway.Builder configuration(String downDrain) {
            return with(probed, one, downDrain).endpoint("two", two, "backup: true", "probe: false");
        }

        void expectReset() throws IOException {
            client.expectReset();
            endpoint.expectReset();
            gateway.awaitIdle(BOUND);
        }

        @Override
        public void close() throws IOException {
            client.close();
            endpoint.close();
            gateway.close();
            probed.close();
            two.close();
            one.close();
        }
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
        try (Waiting waiting = new Waiting("1s")) {
            waiting.probed.stop();

            waiting.expectReset();
            assertThat(waiting.gateway.closed(CloseReason.ENDPOINT_DOWN)).isEqualTo(1);
        }
    }

    @Test
    void returnCallsItOff() throws Exception {
        try (Waiting waiting = new Waiting("10m")) {
            waiting.probed.stop();
            Await.until("it is drained", BOUND, () -> status(waiting.gateway).drainLeftSeconds() != null);
            assertThat(Objects.requireNonNull(status(waiting.gateway).drainLeftSeconds())).isBetween(500.0, 600.0);
            assertThat(Scrape.of(waiting.gateway).sum("vipgate_endpoint_draining")).isEqualTo(1);

            waiting.probed.start();
            Await.until("it is back", BOUND, () -> waiting.gateway.state("one").health() == Health.UP);
            Await.until("it is not drained any more", BOUND, () -> status(waiting.gateway).drainLeftSeconds() == null);
            assertThat(Scrape.of(waiting.gateway).sum("vipgate_endpoint_draining")).isZero();
            waiting.endpoint.send("answer");
            assertThat(waiting.client.receiveText(6)).isEqualTo("answer");
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
        try (Waiting waiting = new Waiting("3s")) {
            for (int i = 0; i < 2; i++) {
                waiting.probed.stop();
                Await.until("it is drained", BOUND, () -> isDraining(waiting.gateway));
                waiting.probed.start();
                Await.until("it is not drained any more", BOUND, () -> !isDraining(waiting.gateway));
            }
            waiting.client.send("more");
            assertThat(waiting.endpoint.receiveText(4)).isEqualTo("more");
            waiting.probed.stop();
            waiting.expectReset();
            assertThat(waiting.gateway.closed(CloseReason.ENDPOINT_DOWN)).isEqualTo(1);
        }
    }

    @Test
    void anotherDownDrainHoldsForADrainThatIsUnderWay() throws Exception {
        try (Waiting waiting = new Waiting("24h")) {
            waiting.probed.stop();
            Await.until("it is drained", BOUND, () -> isDraining(waiting.gateway));

            waiting.gateway.apply(waiting.configuration("1s"));
            waiting.expectReset();
            assertThat(waiting.gateway.closed(CloseReason.ENDPOINT_DOWN)).isEqualTo(1);
        }
    }

    @Test
    void connectionsOfAnEndpointThatIsTakenOutOfTheFileEndAllTheSame() throws Exception {
        try (Waiting waiting = new Waiting("3s")) {
            waiting.probed.stop();
            Await.until("it is drained", BOUND, () -> isDraining(waiting.gateway));

            waiting.gateway
                    .apply(TestGateway.with().endpoint("two", waiting.two).pool("onDown: drain").pool("downDrain: 3s"));
            waiting.expectReset();
        }
    }
}
