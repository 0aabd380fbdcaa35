package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.relay.CloseReason;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code maxConnections} is exact, over all event loops. */
@SocketTest
final class LimitsIT {
    /** What became of clients that came all at once. */
    private static final class Crowd implements AutoCloseable {
        final ConcurrentLinkedQueue<Peer> served = new ConcurrentLinkedQueue<>();
        final AtomicInteger turnedAway = new AtomicInteger();

        Crowd(TestGateway gateway, int clients) throws Exception {
            CyclicBarrier start = new CyclicBarrier(clients);
            try (Tasks tasks = new Tasks()) {
                for (int i = 0; i < clients; i++) {
                    tasks.start(() -> {
                        int _ = start.await();
                        come(gateway);
                    });
                }
                tasks.join(Duration.ofSeconds(30));
            }
        }

        private void come(TestGateway gateway) throws IOException {
            Peer client;
            try {
                client = gateway.connect();
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset");
                turnedAway.incrementAndGet();
                return;
            }
            try {
                client.exchange();
                served.add(client);
            } catch (SocketException e) {
                // Reset, or a broken pipe when the reset came before the write.
                turnedAway.incrementAndGet();
                client.close();
            }
        }

        void leave(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                served.remove().close();
            }
        }

        @Override
        public void close() throws IOException {
            leave(served.size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void aListenerServesExactlyItsMaximum(int eventLoops) throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).listener("maxConnections: 50")
                        .eventLoops(eventLoops).start();
                Crowd crowd = new Crowd(gateway, 200)) {
            assertThat(crowd.served).hasSize(50);
            assertThat(crowd.turnedAway).hasValue(150);
            assertThat(echo.accepted()).isEqualTo(50);
            assertThat(gateway.relays()).isEqualTo(50);

            crowd.leave(20);
            gateway.awaitRelays(30, Duration.ofSeconds(2));

            try (Crowd second = new Crowd(gateway, 60)) {
                assertThat(second.served).hasSize(20);
                assertThat(second.turnedAway).hasValue(40);
            }
            for (Peer present : crowd.served) {
                present.exchange();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void fullEndpointsAreSkippedAndWhenAllAreFullClientsAreTurnedAway(int eventLoops) throws Exception {
        try (EchoEndpoint a = new EchoEndpoint();
                EchoEndpoint b = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", a, "maxConnections: 10")
                        .endpoint("b", b, "maxConnections: 30").eventLoops(eventLoops).start();
                Crowd crowd = new Crowd(gateway, 100)) {
            assertThat(crowd.served).hasSize(40);
            assertThat(crowd.turnedAway).hasValue(60);
            assertThat(a.maxAtOnce()).isEqualTo(10);
            assertThat(b.maxAtOnce()).isEqualTo(30);
            assertThat(gateway.connections("a")).isEqualTo(10);
            assertThat(gateway.connections("b")).isEqualTo(30);

            crowd.leave(40);
            gateway.awaitIdle(Duration.ofSeconds(2));

            try (Crowd second = new Crowd(gateway, 40)) {
                assertThat(second.served).hasSize(40);
            }
            assertThat(gateway.closed(CloseReason.CLIENT_RESET)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void aFullEndpointLeavesTheRestToTheOther(int eventLoops) throws Exception {
        try (EchoEndpoint small = new EchoEndpoint();
                EchoEndpoint large = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("small", small, "maxConnections: 5")
                        .endpoint("large", large).eventLoops(eventLoops).start();
                Crowd crowd = new Crowd(gateway, 60)) {
            List<Peer> served = new ArrayList<>(crowd.served);

            assertThat(served).hasSize(60);
            assertThat(small.accepted()).isEqualTo(5);
            assertThat(large.accepted()).isEqualTo(55);
            assertThat(gateway.retries()).isZero();
        }
    }
}
