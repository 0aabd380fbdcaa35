package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SlowEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.relay.CloseReason;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How a gateway stops. */
@SocketTest
final class DrainIT {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @Test
    void idleRelaysGetFin() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start();
                Tasks tasks = new Tasks()) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                peers.add(gateway.connect());
                peers.add(endpoints.next());
            }
            long begin = System.nanoTime();
            Future<Integer> open = tasks.startFor(() -> gateway.gateway().drain(Duration.ofSeconds(10)));

            for (Peer peer : peers) {
                peer.expectEnd();
                peer.close();
            }
            tasks.join(BOUND);

            assertThat(open.get()).isEqualTo(10);
            assertThat(gateway.closed(CloseReason.DRAIN)).isEqualTo(10);
            // Spread over half of the time, and over when the last has gone.
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void busyRelaysFinish() throws Exception {
        int bytes = 30;
        try (SlowEndpoint slow = new SlowEndpoint(Duration.ofMillis(50), bytes);
                TestGateway gateway = TestGateway.with().endpoint("a", slow).start();
                Peer client = gateway.connect();
                Tasks tasks = new Tasks()) {
            assertThat(client.receive(1)).containsExactly(0);
            client.fin();
            Future<Integer> open = tasks.startFor(() -> gateway.gateway().drain(Duration.ofSeconds(10)));

            assertThat(client.receiveAll()).hasSize(bytes - 1);
            tasks.join(BOUND);

            assertThat(open.get()).isEqualTo(1);
            assertThat(gateway.closed(CloseReason.CLIENT_FIN)).isEqualTo(1);
        }
    }

    @Test
    void whatIsLeftAtTheBoundIsReset() throws Exception {
        Duration drain = Duration.ofSeconds(1);
        try (SlowEndpoint slow = new SlowEndpoint(Duration.ofMillis(50), 1_000_000);
                TestGateway gateway = TestGateway.with().endpoint("a", slow).start();
                Peer client = gateway.connect();
                Tasks tasks = new Tasks()) {
            assertThat(client.receive(1)).containsExactly(0);
            long begin = System.nanoTime();
            tasks.start(() -> assertThat(gateway.gateway().drain(drain)).isEqualTo(1));

            assertThat(client.receiveUntilReset()).isNotEmpty();

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(drain.minusMillis(100),
                    drain.plusSeconds(1));
            tasks.join(BOUND);
            assertThat(gateway.closed(CloseReason.DRAIN)).isEqualTo(1);
        }
    }

    @Test
    void clientsThatAreQueuedWhenTheDrainBeginsAreServed() throws Exception {
        int queued = 20;
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).eventLoops(1).start();
                Tasks tasks = new Tasks()) {
            // given a loop that is kept from accepting
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            tasks.start(() -> gateway.gateway().forEachLoop(_ -> {
                held.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            held.await();
            List<Peer> clients = new ArrayList<>();
            for (int i = 0; i < queued; i++) {
                Peer client = gateway.connect();
                client.send(new byte[]{(byte) i});
                clients.add(client);
            }

            // when the drain begins before it accepts them
            Thread drain = Thread.ofPlatform().start(() -> {
                try {
                    int _ = gateway.gateway().drain(Duration.ofSeconds(5));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Await.until("the drain waits for the loop", BOUND,
                    () -> drain.getState() == Thread.State.WAITING);
            release.countDown();

            // then they are served all the same
            for (int i = 0; i < queued; i++) {
                assertThat(clients.get(i).receive(1)).containsExactly(i);
                clients.get(i).close();
            }
            tasks.join(BOUND);
            drain.join();
            assertThat(echo.accepted()).isEqualTo(queued);
        }
    }

    @Test
    void nobodyIsAcceptedAfterTheDrainHasBegun() throws Exception {
        try (SlowEndpoint slow = new SlowEndpoint(Duration.ofMillis(50), 1_000_000);
                TestGateway gateway = TestGateway.with().endpoint("a", slow).start();
                Peer present = gateway.connect();
                Tasks tasks = new Tasks()) {
            assertThat(present.receive(1)).containsExactly(0);
            int port = gateway.port();
            tasks.start(() -> assertThat(gateway.gateway().drain(Duration.ofSeconds(2))).isPositive());

            Await.until("connects are refused", Duration.ofSeconds(1), () -> isRefused(port));

            assertThatThrownBy(() -> Peer.connect(port)).isInstanceOf(ConnectException.class);
            assertThat(present.receive(1)).containsExactly(1);
            present.reset();
            tasks.join(BOUND);
        }
    }

    @Test
    void noReloadOpensAListenerOnceTheDrainHasBegun() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).start()) {
            assertThat(gateway.gateway().drain(Duration.ofSeconds(1))).isZero();

            assertThatThrownBy(
                    () -> gateway.apply(TestGateway.with().endpoint("a", echo).and("extra", "127.0.0.1:0", echo)))
                    .isInstanceOf(io.vipgate.control.StartException.class).hasMessage("shutting down");
        }
    }

    private static boolean isRefused(int port) {
        try (Peer client = Peer.connect(port)) {
            client.reset();
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    @Test
    void closingResetsEverythingAtOnce() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint()) {
            TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start();
            try (Peer client = gateway.connect(); Peer endpoint = endpoints.next()) {
                gateway.server().close();

                client.expectReset();
                endpoint.expectReset();
                assertThatThrownBy(() -> client.send(new byte[1])).isInstanceOf(SocketException.class);
            }
        }
    }
}
