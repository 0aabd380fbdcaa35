package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.BlackholeEndpoint;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.RefusingEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Probes of endpoints that die and return. The bounds are looser than what an idle machine shows (0.9 s to find a refusing
 * endpoint, 2.5 s for a silent one): a busy one must not fail the build.
 */
@SocketTest
class HealthIT {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final int PER_SECOND = 200;

    /** Asks again and again, until told to stop; counts answers and failures. */
    private static final class Stream implements AutoCloseable {
        private final AtomicBoolean isOver = new AtomicBoolean();
        final AtomicInteger answers = new AtomicInteger();
        final AtomicInteger failures = new AtomicInteger();
        private final Tasks tasks = new Tasks();

        Stream(TestGateway gateway) {
            for (int i = 0; i < 8; i++) {
                tasks.start(() -> {
                    while (!isOver.get()) {
                        ask(gateway);
                        Pause.of(Duration.ofMillis(8 * 1000 / PER_SECOND),
                                "so that there are 200 connections a second");
                    }
                });
            }
        }

        private void ask(TestGateway gateway) {
            try (Peer client = gateway.connect()) {
                if (client.receiveAll().length == 1) {
                    answers.incrementAndGet();
                } else {
                    failures.incrementAndGet();
                }
            } catch (IOException e) {
                failures.incrementAndGet();
            }
        }

        void end() throws Exception {
            isOver.set(true);
            tasks.join(BOUND);
        }

        @Override
        public void close() {
            isOver.set(true);
            tasks.close();
        }
    }

    @Test
    void deadEndpointIsFoundAndItsReturnTooAndNoConnectionFails() throws Exception {
        try (SwitchedEndpoint one = new SwitchedEndpoint('1');
                SwitchedEndpoint two = new SwitchedEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).endpoint("two", two.address())
                        .probe("{ type: tcp }").start()) {
            Await.until("both are up", BOUND, () -> gateway.state("one").health() == Health.UP
                    && gateway.state("two").health() == Health.UP);
            try (Stream stream = new Stream(gateway)) {
                Await.until("connections flow", BOUND, () -> stream.answers.get() > 100);
                one.stop();
                int failuresAtTheKill = stream.failures.get();
                Await.until("one is down", Duration.ofSeconds(3), () -> gateway.state("one").health() == Health.DOWN);
                int answers = stream.answers.get();
                Await.until("two serves alone", BOUND, () -> stream.answers.get() > answers + 100);
                // What waited in the dead process's accept queue is reset with it; nothing that began later is.
                assertThat(stream.failures.get() - failuresAtTheKill).as("failures after the kill")
                        .isLessThanOrEqualTo(2);
                int failuresAfterTheKill = stream.failures.get();

                one.start();
                long before = gateway.connected("one");
                Await.until("one is up", Duration.ofSeconds(4), () -> gateway.state("one").health() == Health.UP);
                Await.until("one serves again", BOUND, () -> gateway.connected("one") > before);
                stream.end();
                assertThat(stream.failures.get()).isEqualTo(failuresAfterTheKill);
            }
        }
    }

    @Test
    void silentEndpointIsFound() throws Exception {
        try (NamingEndpoint good = new NamingEndpoint('g');
                BlackholeEndpoint silent = new BlackholeEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("good", good).endpoint("silent", silent.address())
                        .probe("{ type: tcp }").start()) {
            Await.until("the silent one is down", Duration.ofSeconds(5),
                    () -> gateway.state("silent").health() == Health.DOWN);
            Await.until("the good one is up", Duration.ofSeconds(5),
                    () -> gateway.state("good").health() == Health.UP);
        }
    }

    @Test
    void failedConnectMakesSuspectAtOnceAndAPassClearsIt() throws Exception {
        try (SwitchedEndpoint one = new SwitchedEndpoint('1');
                SwitchedEndpoint two = new SwitchedEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).endpoint("two", two.address())
                        .probe("{ type: tcp, interval: 1h, fastInterval: 1h }").start()) {
            one.stop();
            for (int i = 0; i < 20 && !gateway.state("one").isSuspect(); i++) {
                try (Peer client = gateway.connect()) {
                    assertThat(client.receiveAll()).hasSize(1);
                }
            }
            Await.until("one is suspect", BOUND, () -> gateway.state("one").isSuspect());
            long failures = gateway.failures("one");
            for (int i = 0; i < 50; i++) {
                try (Peer client = gateway.connect()) {
                    assertThat(new String(client.receiveAll(), java.nio.charset.StandardCharsets.US_ASCII))
                            .isEqualTo("2");
                }
            }
            assertThat(gateway.failures("one")).as("a suspect is not chosen while another is not").isEqualTo(failures);
        }
    }

    @Test
    void rejectClosesNewClientsWhenAllAreDown() throws Exception {
        try (RefusingEndpoint one = new RefusingEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).probe("{ type: tcp }")
                        .pool("onNoHealthy: reject").start()) {
            Await.until("it is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);
            long failures = gateway.failures("one");

            Peer.expectRefused(gateway.port());

            assertThat(gateway.failures("one")).as("nobody is tried").isEqualTo(failures);
        }
    }

    private static void backupIsReachedWhenAllIsDown(String pool) throws Exception {
        try (RefusingEndpoint one = new RefusingEndpoint();
                RefusingEndpoint two = new RefusingEndpoint();
                RefusingEndpoint three = new RefusingEndpoint();
                RefusingEndpoint four = new RefusingEndpoint();
                NamingEndpoint sorry = new NamingEndpoint('s');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).endpoint("two", two.address())
                        .endpoint("three", three.address()).endpoint("four", four.address())
                        .endpoint("sorry", sorry.address(), "backup: true").pool(pool)
                        .probe("{ type: exec, command: [/bin/false], timeout: 5s }").start()) {
            for (String name : List.of("one", "two", "three", "four", "sorry")) {
                Await.until(name + " is down", BOUND, () -> gateway.state(name).health() == Health.DOWN);
            }
            for (int i = 0; i < 10; i++) {
                try (Peer client = gateway.connect()) {
                    assertThat(client.receiveAll()).containsExactly('s');
                }
            }
        }
    }

    @Test
    void whenEveryEndpointIsDownOneAttemptIsKeptForABackup() throws Exception {
        backupIsReachedWhenAllIsDown("balance: round-robin");
    }

    @Test
    void thatAttemptIsKeptWhateverTheBoundOnAttempts() throws Exception {
        backupIsReachedWhenAllIsDown("connect: { attempts: 1 }");
        backupIsReachedWhenAllIsDown("connect: { attempts: 2 }");
    }

    @Test
    void anEndpointThatIsNotToBeProbedServesAsOneThatIsUp() throws Exception {
        try (RefusingEndpoint one = new RefusingEndpoint();
                NamingEndpoint sorry = new NamingEndpoint('s');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address())
                        .endpoint("sorry", sorry.address(), "backup: true", "probe: false")
                        .probe("{ type: exec, command: [/bin/false], timeout: 5s }").start()) {
            Await.until("one is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);
            assertThat(gateway.state("sorry").health()).isEqualTo(Health.UP);
            long failures = gateway.failures("one");
            for (int i = 0; i < 10; i++) {
                try (Peer client = gateway.connect()) {
                    assertThat(client.receiveAll()).containsExactly('s');
                }
            }
            assertThat(gateway.failures("one")).as("one that is down is not tried before it").isEqualTo(failures);
        }
    }
}
