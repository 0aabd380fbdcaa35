package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.admin.ExplainedClient;
import io.vipgate.admin.model.ConnectStatus;
import io.vipgate.admin.model.Explanation;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.BlackholeEndpoint;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.AdminState;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.HedgeResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A second endpoint is tried beside one that says nothing. */
@SocketTest
final class HedgeIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    /** Nobody waits for it in vain unless something is wrong. */
    private static final String PATIENT = "connect: { timeout: 60s, hedge: 20ms }";

    /** Endpoint a, which is always tried first, says nothing. */
    private static TestGateway.Builder with(BlackholeEndpoint first) {
        return TestGateway.with().endpoint("a", first.address()).pool("balance: first");
    }

    private static long hedges(TestGateway gateway, HedgeResult result) {
        long[] sum = {0};
        gateway.gateway().forEachLoop("nginx", pool -> sum[0] += pool.counts().hedges().of(result));
        return sum[0];
    }

    private static ConnectStatus status(TestGateway gateway) {
        return Objects.requireNonNull(
                gateway.server().operations().status().pools().getFirst().connect());
    }

    private static Explanation explain(TestGateway gateway) throws Exception {
        return gateway.server().operations().explain("web",
                new ExplainedClient(InetAddress.ofLiteral("127.0.0.1"), Optional.empty(), Optional.empty(),
                        List.of()));
    }

    /** Descriptors of sockets that this process has open. */
    private static long sockets() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(HedgeIT::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void clientsAreServedByTheSecondEndpointLongBeforeTheFirstHasTimedOut() throws Exception {
        try (BlackholeEndpoint dark = new BlackholeEndpoint();
                EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(dark).endpoint("b", echo).pool(PATIENT).start()) {
            for (int i = 1; i <= 3; i++) {
                try (Peer client = gateway.connect()) {
                    client.exchange();
                    assertThat(gateway.connections("a")).as("given back").isZero();
                    assertThat(gateway.connections("b")).isEqualTo(1);
                }
                gateway.awaitIdle(BOUND);
            }
            assertThat(hedges(gateway, HedgeResult.WON)).isEqualTo(3);
            assertThat(gateway.failures("a")).isZero();
            assertThat(gateway.retries()).isZero();
            Await.until("a is suspect after three that were lost", BOUND, () -> gateway.state("a").isSuspect());
            try (Peer client = gateway.connect()) {
                client.exchange();
            }
            assertThat(hedges(gateway, HedgeResult.WON)).as("nobody is sent to a now").isEqualTo(3);
        }
    }

    @Test
    void ofTwoThatAreConnectedOneGetsEveryByteAndTheOtherAReset() throws Exception {
        try (BlackholeEndpoint one = new BlackholeEndpoint();
                BlackholeEndpoint two = new BlackholeEndpoint();
                TestGateway gateway = with(one).endpoint("b", two.address()).pool(PATIENT).pool("proxyProtocol: v2")
                        .eventLoops(1).start();
                Peer client = gateway.connect()) {
            client.send("request");
            Await.until("both are tried", BOUND,
                    () -> gateway.connections("a") == 1 && gateway.connections("b") == 1);
            CountDownLatch areConnected = new CountDownLatch(1);
            gateway.gateway().forEachLoop(loop -> loop.eventLoop().execute(() -> await(areConnected)));
            one.open();
            two.open();
            try (Peer first = one.next(); Peer second = two.next()) {
                areConnected.countDown();
                Await.until("one has won", BOUND,
                        () -> hedges(gateway, HedgeResult.WON) + hedges(gateway, HedgeResult.LOST) == 1);
                boolean isFirst = hedges(gateway, HedgeResult.LOST) == 1;
                Peer winner = isFirst ? first : second;
                Peer loser = isFirst ? second : first;
                byte[] header = winner.receive(16 + 12);
                assertThat(header).startsWith('\r', '\n', '\r', '\n', 0);
                assertThat(winner.receiveText(7)).isEqualTo("request");
                loser.expectReset();
                assertThat(gateway.connections("a") + gateway.connections("b")).isEqualTo(1);
                winner.send("answer");
                assertThat(client.receiveText(6)).isEqualTo("answer");
            } finally {
                areConnected.countDown();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void clientsThatLeaveWhileTwoAreUnderWayLeaveNothingBehind() throws Exception {
        try (BlackholeEndpoint one = new BlackholeEndpoint();
                BlackholeEndpoint two = new BlackholeEndpoint();
                TestGateway gateway = with(one).endpoint("b", two.address())
                        .pool("connect: { timeout: 60s, hedge: 20ms, hedgeBudget: 100 % }").start()) {
            long before = sockets();
            for (int i = 0; i < 3; i++) {
                try (Peer client = gateway.connect()) {
                    Await.until("both are tried", BOUND,
                            () -> gateway.connections("a") == 1 && gateway.connections("b") == 1);
                    client.reset();
                    gateway.awaitIdle(BOUND);
                }
            }
            assertThat(gateway.connections("a") + gateway.connections("b")).isZero();
            assertThat(hedges(gateway, HedgeResult.CANCELLED)).isEqualTo(3);
            Await.until("every socket is closed", BOUND, () -> sockets() == before);
        }
    }

    @Test
    void clientIsResetWhenBothTimeOut() throws Exception {
        try (BlackholeEndpoint one = new BlackholeEndpoint();
                BlackholeEndpoint two = new BlackholeEndpoint();
                TestGateway gateway = with(one).endpoint("b", two.address())
                        .pool("connect: { timeout: 400ms, hedge: 100ms }").start();
                Peer client = gateway.connect()) {
            client.expectReset();

            gateway.awaitIdle(BOUND);
            assertThat(gateway.failures("a", ConnectFailure.TIMEOUT)).isEqualTo(1);
            assertThat(gateway.failures("b", ConnectFailure.TIMEOUT)).isEqualTo(1);
            assertThat(hedges(gateway, HedgeResult.TOOK_OVER)).isEqualTo(1);
            assertThat(gateway.closed(CloseReason.CONNECT_FAILED)).isEqualTo(1);
        }
    }

    @Test
    void budgetThatIsUsedUpIsToldOf() throws Exception {
        List<Peer> clients = new ArrayList<>();
        try (BlackholeEndpoint one = new BlackholeEndpoint();
                BlackholeEndpoint two = new BlackholeEndpoint();
                TestGateway gateway = with(one).endpoint("b", two.address()).pool(PATIENT).start()) {
            assertThat(explain(gateway).hedge())
                    .isEqualTo("a second endpoint is tried too when the first has not answered for 20 ms "
                            + "(0 of 3 begun in the last 10 s)");
            for (int i = 0; i < 5; i++) {
                clients.add(gateway.connect());
            }
            Await.until("the budget is used up", BOUND, () -> hedges(gateway, HedgeResult.NO_BUDGET) == 2);

            assertThat(gateway.connections("a")).isEqualTo(5);
            assertThat(gateway.connections("b")).isEqualTo(3);
            assertThat(status(gateway).hedges()).isEqualTo(new ConnectStatus.Budget(3, 3L));
            assertThat(status(gateway).hedgesBy()).containsEntry("no_budget", 2L);
            assertThat(explain(gateway).hedge())
                    .isEqualTo("none: the budget is used up (3 of 3 begun in the last 10 s)");
            for (Peer client : clients) {
                client.reset();
            }
            gateway.awaitIdle(BOUND);
        } finally {
            for (Peer client : clients) {
                client.close();
            }
        }
    }

    @Test
    void endpointWithEnoughConnectsUnderWayIsPassedOverAndThatIsToldOf() throws Exception {
        try (BlackholeEndpoint one = new BlackholeEndpoint();
                HandedEndpoint two = new HandedEndpoint();
                TestGateway gateway = with(one).endpoint("b", two).pool("connect: { timeout: 60s }")
                        .pool("maxConnecting: 2").start();
                Peer waiting = gateway.connect();
                Peer alsoWaiting = gateway.connect()) {
            Await.until("two are under way", BOUND, () -> gateway.connections("a") == 2);

            assertThat(explain(gateway).candidates().getFirst().why())
                    .isEqualTo("2 connects under way (maxConnecting)");
            assertThat(explain(gateway).choice().endpoint()).isEqualTo("b");
            assertThat(status(gateway).connecting()).containsEntry("a", 2L).containsEntry("b", 0L);
            try (Peer client = gateway.connect(); Peer served = two.next()) {
                served.send("hello");
                assertThat(client.receiveText(5)).isEqualTo("hello");
            }
            waiting.reset();
            alsoWaiting.reset();
            Await.until("none is under way", BOUND, () -> gateway.connections("a") == 0);
            assertThat(status(gateway).connecting()).containsEntry("a", 0L);
        }
    }

    @Test
    void clientIsRefusedWhereEveryEndpointHasEnoughConnectsUnderWay() throws Exception {
        try (BlackholeEndpoint one = new BlackholeEndpoint();
                TestGateway gateway = with(one).pool("connect: { timeout: 60s }").pool("maxConnecting: 1").start();
                Peer waiting = gateway.connect()) {
            Await.until("one is under way", BOUND, () -> gateway.connections("a") == 1);

            Peer.expectRefused(gateway.port());
            waiting.reset();
        }
    }

    @Test
    void hedgesComeAndGoWithAReload() throws Exception {
        try (BlackholeEndpoint dark = new BlackholeEndpoint();
                EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(dark).endpoint("b", echo).pool("connect: { timeout: 60s }").start();
                Peer client = gateway.connect()) {
            Await.until("it waits for a", BOUND, () -> gateway.connections("a") == 1);
            assertThat(gateway.server().operations().status().pools().getFirst().connect()).isNull();
            @Nullable
            String none = explain(gateway).hedge();
            assertThat(none).isNull();

            gateway.apply(with(dark).endpoint("b", echo).pool(PATIENT));
            try (Peer later = gateway.connect()) {
                later.exchange();
            }
            assertThat(hedges(gateway, HedgeResult.WON)).isEqualTo(1);
            client.reset();
        }
    }

    @Test
    void hedgeThatReachesAnEndpointThatIsGoneIsDrainedToo() throws Exception {
        try (BlackholeEndpoint one = new BlackholeEndpoint();
                BlackholeEndpoint two = new BlackholeEndpoint();
                EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(one).endpoint("b", two.address()).endpoint("c", echo).pool(PATIENT).start();
                Peer client = gateway.connect()) {
            client.send("request");
            Await.until("both are tried", BOUND,
                    () -> gateway.connections("a") == 1 && gateway.connections("b") == 1);

            gateway.apply(with(one).endpoint("c", echo).pool(PATIENT).pool("removedDrain: 100ms"));
            two.open();
            try (Peer served = two.next()) {
                assertThat(served.receiveText(7)).isEqualTo("request");
                client.expectReset();
                served.expectReset();
            }
            gateway.awaitIdle(BOUND);
            assertThat(hedges(gateway, HedgeResult.WON)).isEqualTo(1);
        }
    }

    @Test
    void backupsThatServeHedgeForOneAnotherAndThatIsToldOf() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                BlackholeEndpoint dark = new BlackholeEndpoint();
                EchoEndpoint standIn = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo)
                        .endpoint("b", dark.address(), "backup: true")
                        .endpoint("c", standIn, "backup: true").pool("balance: first").pool(PATIENT).start()) {
            assertThat(explain(gateway).hedge()).as("no backup beside a primary")
                    .isEqualTo("none: there is no second endpoint that nothing speaks against");

            assertThat(gateway.server().operator().toAdmin("nginx", "a", AdminState.MAINT)).isPresent();
            assertThat(explain(gateway).hedge()).startsWith("a second endpoint is tried too");
            try (Peer client = gateway.connect()) {
                client.exchange();
                assertThat(gateway.connections("c")).isEqualTo(1);
            }
            assertThat(hedges(gateway, HedgeResult.WON)).isEqualTo(1);
        }
    }

    @Test
    void automaticDelayIsTheLongestUntilConnectTimesAreKnown() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", one).endpoint("b", two)
                        .pool("connect: { hedge: auto }").start()) {
            assertThat(status(gateway).hedge()).isEqualTo("auto");
            assertThat(status(gateway).hedgeDelayMillis()).isEqualTo(250.0);
            Await.until("connects are sampled, and take less than 60 ms", BOUND, () -> {
                try (Peer client = gateway.connect()) {
                    client.exchange();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return Objects.requireNonNull(status(gateway).hedgeDelayMillis()) < 250;
            });
            assertThat(Objects.requireNonNull(status(gateway).hedges()).most()).isGreaterThan(3L);
        }
    }
}
