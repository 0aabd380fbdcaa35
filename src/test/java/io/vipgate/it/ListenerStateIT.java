package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.admin.model.ListenerStatus;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.relay.ListenerState;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.RefuseReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners that an operator pauses, has refuse, and makes ready again. */
@SocketTest
final class ListenerStateIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String BOTH = "[\"127.0.0.1:0\", \"[::1]:0\"]";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private static void to(TestGateway gateway, ListenerState state) {
        gateway.server().operator().toListenerState("web", state);
    }

    private static ListenerStatus status(TestGateway gateway) {
        return gateway.server().operations().status().listeners().getFirst();
    }

    private static void awaitQueued(TestGateway gateway, int clients) {
        Await.until(clients + " clients wait", BOUND, () -> status(gateway).queued() == clients);
    }

    @Test
    void whoComesToAPausedListenerWaitsAndIsServedWhenItIsReady() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().bind(BOTH).endpoint("a", echo).start();
                Peer before = gateway.connect()) {
            before.exchange();
            to(gateway, ListenerState.PAUSED);
            List<Integer> ports = gateway.gateway().ports("web");
            try (Peer four = Peer.connect("127.0.0.1", ports.get(0), 0);
                    Peer six = Peer.connect("::1", ports.get(1), 0)) {
                four.send("4");
                six.send("6");
                awaitQueued(gateway, 2);
                before.exchange();
                assertThat(gateway.relays()).isEqualTo(1);
                assertThat(echo.accepted()).isEqualTo(1);
                assertThat(status(gateway).state()).isEqualTo("paused");
                assertThat(status(gateway).stateSince()).isNotNull();

                to(gateway, ListenerState.READY);

                assertThat(four.receiveText(1)).isEqualTo("4");
                assertThat(six.receiveText(1)).isEqualTo("6");
                assertThat(status(gateway).stateSince()).isNull();
                assertThat(status(gateway).queued()).isZero();
            }
        }
    }

    @Test
    void aThousandWhoWaitAreAllServed() throws Exception {
        List<Peer> clients = new ArrayList<>();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).start()) {
            try {
                to(gateway, ListenerState.PAUSED);
                for (int i = 0; i < 1000; i++) {
                    Peer client = gateway.connect();
                    clients.add(client);
                    client.send(new byte[]{(byte) i});
                }
                awaitQueued(gateway, 1000);
                assertThat(echo.accepted()).isZero();

                to(gateway, ListenerState.READY);

                for (int i = 0; i < 1000; i++) {
                    assertThat(clients.get(i).receive(1)).containsExactly((byte) i);
                }
            } finally {
                for (Peer client : clients) {
                    client.close();
                }
            }
            assertThat(gateway.listenerSum(LoopListener::accepted)).isEqualTo(1000);
        }
    }

    @Test
    void pausesUnderLoadLoseNobody() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> workers = new ArrayList<>();
            for (int worker = 0; worker < 8; worker++) {
                workers.add(threads.submit(() -> {
                    int served = 0;
                    while (!isOver.get()) {
                        try (Peer client = gateway.connect()) {
                            client.exchange();
                            served++;
                        }
                    }
                    return served;
                }));
            }
            try {
                for (int i = 0; i < 100; i++) {
                    to(gateway, ListenerState.PAUSED);
                    to(gateway, ListenerState.READY);
                }
            } finally {
                isOver.set(true);
            }
            long served = 0;
            for (Future<Integer> worker : workers) {
                served += worker.get();
            }
            assertThat(served).isPositive().isEqualTo(gateway.listenerSum(LoopListener::accepted));
        }
    }

    @Test
    void aListenerThatRefusesResetsWhoComesAndWhoWaited() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo)
                        .listener("acceptProxy: { from: [192.0.2.0/24], others: direct }")
                        .more("accessLog: { format: text, file: " + directory.resolve("access") + " }").start();
                Peer before = gateway.connect()) {
            before.exchange();
            to(gateway, ListenerState.PAUSED);
            try (Peer waiting = gateway.connect()) {
                awaitQueued(gateway, 1);
                to(gateway, ListenerState.REFUSING);
                waiting.expectReset();
            }
            Peer.expectRefused(gateway.port());
            before.exchange();

            assertThat(echo.accepted()).isEqualTo(1);
            assertThat(gateway.listenerSum(listener -> listener.refused(RefuseReason.REFUSING))).isEqualTo(2);
            assertThat(status(gateway).refusedBy()).containsEntry("refusing", 2L);
            Await.until("both are in the access log", BOUND, () -> lines("access", "close=K-") == 2);
            to(gateway, ListenerState.READY);
            try (Peer after = gateway.connect()) {
                after.exchange();
            }
        }
    }

    /** The address of a reload's own is paused from its first moment, and one that another listener takes is served. */
    @Test
    void theStateGoesByTheNameOverReloads() throws Exception {
        String four = "127.0.0.1:" + FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().bind(four).endpoint("a", echo).start()) {
            to(gateway, ListenerState.PAUSED);
            gateway.apply(TestGateway.with().bind("[\"" + four + "\", \"[::1]:0\"]").endpoint("a", echo));
            try (Peer first = gateway.connect();
                    Peer second = Peer.connect("::1", gateway.gateway().ports("web").getLast(), 0)) {
                second.send("2");
                awaitQueued(gateway, 2);
                gateway.apply(
                        TestGateway.with().bind("\"[::1]:0\"").endpoint("a", echo).and("other", four, "nginx"));
                first.exchange();
                awaitQueued(gateway, 1);
                assertThat(gateway.relays()).isEqualTo(1);

                to(gateway, ListenerState.READY);
                assertThat(second.receiveText(1)).isEqualTo("2");
            }
        }
    }

    @Test
    void aPausedListenerThatGoesResetsWhoWaitsAndComesBackPaused() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).and("other", "127.0.0.1:0", "nginx")
                        .start()) {
            gateway.server().operator().toListenerState("other", ListenerState.PAUSED);
            int port = gateway.gateway().ports("other").getFirst();
            try (Peer waiting = Peer.connect(port)) {
                gateway.apply(TestGateway.with().endpoint("a", echo));
                waiting.expectReset();
            }
            assertThat(echo.accepted()).isZero();
            gateway.apply(TestGateway.with().endpoint("a", echo).and("other", "127.0.0.1:0", "nginx"));
            assertThat(gateway.server().operations().status().listeners()).extracting(ListenerStatus::state)
                    .containsExactly("ready", "paused");
        }
    }

    @Test
    void whoWaitsWhenTheGatewayStopsIsResetAndCounted() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).start()) {
            to(gateway, ListenerState.PAUSED);
            try (Peer waiting = gateway.connect()) {
                awaitQueued(gateway, 1);
                assertThat(gateway.gateway().drain(Duration.ofSeconds(1))).isZero();
                waiting.expectReset();
            }
            assertThat(gateway.listenerSum(listener -> listener.refused(RefuseReason.PAUSED))).isEqualTo(1);
            assertThat(echo.accepted()).isZero();
        }
    }

    private TestGateway withFile(EchoEndpoint echo) throws Exception {
        return TestGateway.with().endpoint("a", echo).more("stateFile: " + directory.resolve("state")).start();
    }

    private boolean isKept(String line) {
        return lines("state", line) > 0;
    }

    /** Lines of a file with this part; none when it is not there. */
    private long lines(String file, String part) {
        Path path = directory.resolve(file);
        try (Stream<String> lines = Files.exists(path) ? Files.lines(path) : Stream.empty()) {
            return lines.filter(line -> line.contains(part)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theStateOutlivesARestart() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            try (TestGateway gateway = withFile(echo)) {
                to(gateway, ListenerState.PAUSED);
                Await.until("it is in the file", BOUND, () -> isKept("listener web state=paused since="));
            }
            try (TestGateway gateway = withFile(echo)) {
                try (Peer waiting = gateway.connect()) {
                    waiting.send("w");
                    awaitQueued(gateway, 1);
                    to(gateway, ListenerState.READY);
                    assertThat(waiting.receiveText(1)).isEqualTo("w");
                }
                Await.until("it is not in the file", BOUND, () -> !isKept("listener web"));
                to(gateway, ListenerState.REFUSING);
                Await.until("it is in the file", BOUND, () -> isKept("listener web state=refusing since="));
            }
            try (TestGateway gateway = withFile(echo)) {
                Peer.expectRefused(gateway.port());
                assertThat(status(gateway).state()).isEqualTo("refusing");
            }
        }
    }

    @Test
    void onlyAGatewayWhoseListenersAllRefuseIsNotReady() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).and("other", "127.0.0.1:0", "nginx")
                        .start()) {
            to(gateway, ListenerState.PAUSED);
            gateway.server().operator().toListenerState("other", ListenerState.REFUSING);
            assertThat(gateway.server().operations().reasonsAgainstClients()).isEmpty();
            to(gateway, ListenerState.REFUSING);
            assertThat(gateway.server().operations().reasonsAgainstClients())
                    .containsExactly("every listener refuses its clients, as an operator wants");
        }
    }
}
