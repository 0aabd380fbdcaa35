package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.Clients;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Clients that are kept at their endpoints. */
@SocketTest
final class PinningIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String PINNED = "pinning: { by: source-address }";

    private static PinTable pins(TestGateway gateway) {
        return gateway.server().operator().pins("nginx").orElseThrow();
    }

    @Test
    void eachOfAThousandClientsStaysAtOneEndpoint() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two).pool(PINNED)
                        .start()) {
            List<String> first = new ArrayList<>();
            for (int client = 0; client < 1_000; client++) {
                first.add(Clients.ask(gateway, client));
            }
            for (int round = 1; round < 5; round++) {
                for (int client = 0; client < 1_000; client++) {
                    assertThat(Clients.ask(gateway, client)).as("client %d", client).isEqualTo(first.get(client));
                }
            }

            assertThat(first).contains("1", "2");
            assertThat(pins(gateway).size()).isEqualTo(1_000);
            assertThat(gateway.pinHits()).isEqualTo(4_000);
            assertThat(gateway.pinMisses()).isEqualTo(1_000);
        }
    }

    @Test
    void sixConnectionsAtOnceFromANewClientAgree() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two).pool(PINNED).start();
                Tasks tasks = new Tasks()) {
            for (int client = 0; client < 50; client++) {
                int number = client;
                CountDownLatch start = new CountDownLatch(1);
                List<Future<String>> answers = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    answers.add(tasks.startFor(() -> {
                        start.await();
                        return Clients.ask(gateway, number);
                    }));
                }
                start.countDown();
                String agreed = answers.getFirst().get();
                for (Future<String> answer : answers) {
                    assertThat(answer.get()).as("client %d", client).isEqualTo(agreed);
                }
            }
        }
    }

    @Test
    void clientOfADeadEndpointMovesAndStaysMoved() throws Exception {
        try (SwitchedEndpoint one = new SwitchedEndpoint('1');
                SwitchedEndpoint two = new SwitchedEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).endpoint("two", two.address())
                        .probe("{ type: tcp }").pool(PINNED).start()) {
            int client = clientOf(gateway, "1");
            one.stop();
            assertThat(Clients.ask(gateway, client)).isEqualTo("2");
            assertThat(pins(gateway).moves()).isEqualTo(1);
            Await.until("one is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);

            one.start();
            Await.until("one is up", BOUND, () -> gateway.state("one").health() == Health.UP);

            for (int i = 0; i < 10; i++) {
                assertThat(Clients.ask(gateway, client)).isEqualTo("2");
            }
        }
    }

    private static int clientOf(TestGateway gateway, String endpoint) throws IOException {
        for (int client = 0; client < 200; client++) {
            if (Clients.ask(gateway, client).equals(endpoint)) {
                return client;
            }
        }
        throw new AssertionError("200 clients, and none went to " + endpoint);
    }

    @Test
    void drainKeepsPinnedClientsForTheirTtlAndTakesNoOthers() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two)
                        .pool("pinning: { by: source-address, ttl: 2s }").start()) {
            int client = clientOf(gateway, "1");
            long begin = System.nanoTime();
            assertThat(gateway.server().operator().toAdmin("nginx", "one", AdminState.DRAIN)).isPresent();

            assertThat(Clients.ask(gateway, client)).isEqualTo("1");
            for (int stranger = 1_000; stranger < 1_050; stranger++) {
                assertThat(Clients.ask(gateway, stranger)).isEqualTo("2");
            }
            Await.until("it has moved", BOUND, () -> answers(gateway, client, "2"));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).as("asking on and on does not keep it")
                    .isLessThan(Duration.ofSeconds(4));
        }
    }

    private static boolean answers(TestGateway gateway, int client, String endpoint) {
        try {
            return Clients.ask(gateway, client).equals(endpoint);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void maintenanceMovesPinnedClientsAtOnce() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two).pool(PINNED)
                        .start()) {
            int client = clientOf(gateway, "1");
            assertThat(gateway.server().operator().toAdmin("nginx", "one", AdminState.MAINT)).isPresent();

            assertThat(Clients.ask(gateway, client)).isEqualTo("2");
            assertThat(gateway.server().operator().toAdmin("nginx", "one", AdminState.READY)).isPresent();
            assertThat(Clients.ask(gateway, client)).as("it stays moved").isEqualTo("2");
        }
    }

    @Test
    void fullEndpointLosesThePinsThatItCanNotServe() throws Exception {
        try (HandedEndpoint one = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", one, "maxConnections: 1").pool(PINNED)
                        .start()) {
            try (NamingEndpoint two = new NamingEndpoint('2');
                    Peer first = Clients.connect(gateway, 1);
                    Peer taken = one.next()) {
                gateway.apply(TestGateway.with().endpoint("one", one, "maxConnections: 1").endpoint("two", two)
                        .pool(PINNED));

                assertThat(Clients.ask(gateway, 1)).isEqualTo("2");
                assertThat(pins(gateway).moves()).isEqualTo(1);
                first.reset();
                taken.expectReset();
            }
        }
    }

    @Test
    void pinsSurviveAReload() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two).pool(PINNED)
                        .start()) {
            List<String> first = new ArrayList<>();
            for (int client = 0; client < 100; client++) {
                first.add(Clients.ask(gateway, client));
            }

            gateway.apply(TestGateway.with().endpoint("two", two, "weight: 200").endpoint("one", one)
                    .pool("pinning: { by: source-address, ttl: 10m }").pool("balance: round-robin"));

            for (int client = 0; client < 100; client++) {
                assertThat(Clients.ask(gateway, client)).isEqualTo(first.get(client));
            }
            assertThat(gateway.pinMisses()).isEqualTo(100);

            gateway.apply(TestGateway.with().endpoint("two", two).endpoint("one", one));
            assertThat(gateway.server().operator().pins("nginx")).isEmpty();
        }
    }
}
