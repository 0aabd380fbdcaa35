package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.FloodEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Payload;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SlowEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.relay.CloseReason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The bounds on silence and age. Each ends a relay with RST on both sides. */
@SocketTest
final class BoundsIT {
    /** What the wheel's tick and a busy machine may add. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    void aSilentRelayIsResetAfterTheIdleBound() throws Exception {
        Duration idle = Duration.ofMillis(500);
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).pool("timeouts: { idle: 500ms }")
                        .start();
                Peer client = gateway.connect();
                Peer endpoint = endpoints.next()) {
            client.send("x");
            assertThat(endpoint.receiveText(1)).isEqualTo("x");
            long begin = System.nanoTime();

            client.expectReset();

            assertThat(since(begin)).isBetween(idle.minusMillis(100), idle.plus(SLACK));
            endpoint.expectReset();
            assertThat(gateway.closed(CloseReason.IDLE)).isEqualTo(gateway.closed()).isEqualTo(1);
        }
    }

    @Test
    void trafficInOneDirectionRestartsTheIdleBound() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).pool("timeouts: { idle: 800ms }")
                        .start();
                Peer client = gateway.connect();
                Peer endpoint = endpoints.next()) {
            for (int i = 0; i < 10; i++) {
                Pause.of(Duration.ofMillis(200), "silence shorter than the idle bound");
                endpoint.send(new byte[]{(byte) i});
                assertThat(client.receive(1)).containsExactly(i);
            }
            assertThat(gateway.closed()).isZero();

            client.expectReset();
            endpoint.expectReset();

            assertThat(gateway.closed(CloseReason.IDLE)).isEqualTo(1);
        }
    }

    @Test
    void aHalfClosedRelayIsResetAfterItsBound() throws Exception {
        Duration halfClosed = Duration.ofMillis(500);
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints)
                        .pool("timeouts: { halfClosed: 500ms }").start();
                Peer client = gateway.connect();
                Peer endpoint = endpoints.next()) {
            client.fin();
            endpoint.expectEnd();
            long begin = System.nanoTime();

            client.expectReset();

            assertThat(since(begin)).isBetween(halfClosed.minusMillis(100), halfClosed.plus(SLACK));
            endpoint.expectBroken(Duration.ofSeconds(1));
            assertThat(gateway.closed(CloseReason.HALF_CLOSED)).isEqualTo(gateway.closed()).isEqualTo(1);
        }
    }

    @Test
    void theHalfClosedBoundHoldsForTheEndpointsFinToo() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints)
                        .pool("timeouts: { halfClosed: 500ms }").start();
                Peer client = gateway.connect();
                Peer endpoint = endpoints.next()) {
            endpoint.fin();
            client.expectEnd();

            endpoint.expectReset();

            client.expectBroken(Duration.ofSeconds(1));
            assertThat(gateway.closed(CloseReason.HALF_CLOSED)).isEqualTo(1);
        }
    }

    @Test
    void aTrickleThroughAHalfClosedRelayOutlivesBothBounds() throws Exception {
        int bytes = 12;
        try (SlowEndpoint slow = new SlowEndpoint(Duration.ofMillis(200), bytes);
                TestGateway gateway = TestGateway.with().endpoint("a", slow)
                        .pool("timeouts: { halfClosed: 800ms, idle: 800ms }").start();
                Peer client = gateway.connect()) {
            client.fin();

            assertThat(client.receiveAll()).hasSize(bytes);

            gateway.awaitIdle(Duration.ofSeconds(1));
            assertThat(gateway.closed(CloseReason.CLIENT_FIN)).isEqualTo(1);
        }
    }

    @Test
    void aBusyRelayIsResetAfterItsLifetime() throws Exception {
        Duration lifetime = Duration.ofMillis(700);
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints)
                        .pool("timeouts: { lifetime: 700ms, lifetimeJitter: 0 % }").start()) {
            long begin = System.nanoTime();
            try (Peer client = gateway.connect(); Peer endpoint = endpoints.next(); Tasks tasks = new Tasks()) {
                tasks.start(() -> {
                    try {
                        for (int i = 0; i < 1_000; i++) {
                            endpoint.send(new byte[1]);
                            Pause.of(Duration.ofMillis(10), "traffic all the time");
                        }
                        throw new AssertionError("the endpoint was never reset");
                    } catch (java.net.SocketException e) {
                        assertThat(endpoint.socket().isClosed()).isFalse();
                    }
                });

                assertThat(client.receiveUntilReset()).isNotEmpty();

                assertThat(since(begin)).isBetween(lifetime.minusMillis(100), lifetime.plus(SLACK));
                tasks.join(Duration.ofSeconds(5));
                assertThat(gateway.closed(CloseReason.LIFETIME)).isEqualTo(gateway.closed()).isEqualTo(1);
            }
        }
    }

    @Test
    void aRelayWhoseReaderTakesNothingIsIdle() throws Exception {
        try (FloodEndpoint flood = new FloodEndpoint(0);
                TestGateway gateway = TestGateway.with().endpoint("a", flood).pool("timeouts: { idle: 500ms }")
                        .start();
                Peer client = gateway.connect()) {
            gateway.awaitRelays(1, Duration.ofSeconds(1));

            gateway.awaitIdle(Duration.ofSeconds(5));

            assertThat(gateway.closed(CloseReason.IDLE)).isEqualTo(1);
            assertThat(client.receiveUntilReset()).isNotEmpty();
        }
    }

    /** A reader that keeps its window shut for longer than the user timeout is slow, not dead. */
    @Test
    void theUserTimeoutSparesReadersThatPause() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints)
                        .pool("keepAlive: { idle: 1s, interval: 1s, count: 1 }")
                        .pool("userTimeout: { client: 2s, endpoint: 2s }").start();
                Peer client = gateway.connect();
                Peer endpoint = endpoints.next();
                Peer otherClient = gateway.connect();
                Peer otherEndpoint = endpoints.next();
                Tasks tasks = new Tasks()) {
            tasks.start(() -> sendToAReaderThatPauses(client, endpoint));
            tasks.start(() -> sendToAReaderThatPauses(otherEndpoint, otherClient));

            tasks.join(Duration.ofSeconds(40));

            gateway.awaitIdle(Duration.ofSeconds(1));
            assertThat(gateway.closed(CloseReason.CLIENT_FIN)).isEqualTo(1);
            assertThat(gateway.closed(CloseReason.ENDPOINT_FIN)).isEqualTo(1);
        }
    }

    private static void sendToAReaderThatPauses(Peer from, Peer to) throws Exception {
        long bytes = 50L << 20;
        Payload sent = new Payload(1);
        Payload received = new Payload(1);
        try (Tasks tasks = new Tasks()) {
            tasks.start(() -> {
                sent.send(from, bytes, 256 << 10);
                from.fin();
            });

            Pause.of(Duration.ofSeconds(9), "a window that is shut for much longer than the user timeout");

            assertThat(received.receive(to, Long.MAX_VALUE)).isEqualTo(bytes);
            tasks.join(Duration.ofSeconds(10));
            assertThat(received.hash()).isEqualTo(sent.hash());
            to.fin();
            from.expectEnd();
        }
    }
}
