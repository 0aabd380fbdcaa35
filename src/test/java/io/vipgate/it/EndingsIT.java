package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.Descriptors;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HalfClosingEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Payload;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.ResettingEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.relay.CloseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** FIN is passed on as FIN, RST as RST, and nothing that was sent before either is lost (RFC 9293 section 3.6). */
@SocketTest
final class EndingsIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int AT_ONCE = 25;
    private static final int RESETS = Integer.getInteger("vipgate.it.resets", 200);

    /** Who does the first thing in a test. */
    enum First {
        CLIENT, ENDPOINT
    }

    /** A relay, seen from both its ends. */
    private static final class Ends implements AutoCloseable {
        final Peer client;
        final Peer endpoint;

        Ends(TestGateway gateway, HandedEndpoint endpoints) throws Exception {
            client = gateway.connect();
            endpoint = endpoints.next();
        }

        Peer of(First side) {
            return side == First.CLIENT ? client : endpoint;
        }

        Peer opposite(First side) {
            return side == First.CLIENT ? endpoint : client;
        }

        @Override
        public void close() throws java.io.IOException {
            client.close();
            endpoint.close();
        }
    }

    private static TestGateway start(HandedEndpoint endpoint) throws Exception {
        return TestGateway.with().endpoint("a", endpoint).start();
    }

    private static CloseReason finOf(First side) {
        return side == First.CLIENT ? CloseReason.CLIENT_FIN : CloseReason.ENDPOINT_FIN;
    }

    private static CloseReason resetOf(First side) {
        return side == First.CLIENT ? CloseReason.CLIENT_RESET : CloseReason.ENDPOINT_RESET;
    }

    // ---- FIN ----

    @Test
    void clientFinStillDeliversTheResponse() throws Exception {
        byte[] response = Payload.bytes(1, 1 << 20);
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = start(endpoint);
                Ends ends = new Ends(gateway, endpoint);
                Tasks tasks = new Tasks()) {
            ends.client.send("request");
            ends.client.fin();
            assertThat(ends.endpoint.receiveAll()).asString().isEqualTo("request");

            Future<byte[]> received = tasks.startFor(ends.client::receiveAll);
            ends.endpoint.send(response);
            ends.endpoint.fin();

            assertThat(received.get()).isEqualTo(response);
            gateway.awaitIdle(Duration.ofSeconds(1));
            assertThat(gateway.closed(CloseReason.CLIENT_FIN)).isEqualTo(1);
        }
    }

    @Test
    void endpointFinStillDeliversTheRequest() throws Exception {
        byte[] request = Payload.bytes(2, 1 << 20);
        try (HalfClosingEndpoint endpoint = new HalfClosingEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoint).start();
                Peer client = gateway.connect()) {
            assertThat(client.receiveAll()).asString().isEqualTo(HalfClosingEndpoint.FAREWELL);

            client.send(request);
            client.fin();

            assertThat(endpoint.received().take()).isEqualTo(request);
            gateway.awaitIdle(Duration.ofSeconds(1));
            assertThat(gateway.closed(CloseReason.ENDPOINT_FIN)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fiftyMebibytesThenFinReachAReaderThatPauses(First sender) throws Exception {
        long bytes = 50L << 20;
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = start(endpoint);
                Ends ends = new Ends(gateway, endpoint);
                Tasks tasks = new Tasks()) {
            Future<String> sent = tasks.startFor(() -> {
                Payload payload = new Payload(3);
                payload.send(ends.of(sender), bytes, 256 << 10);
                ends.of(sender).fin();
                return payload.hash();
            });

            Pause.of(Pause.OF_A_READER, "the other end does not read for a while");
            Payload payload = new Payload(3);
            assertThat(payload.receive(ends.opposite(sender), Long.MAX_VALUE)).isEqualTo(bytes);

            tasks.join(BOUND);
            assertThat(payload.hash()).isEqualTo(sent.get());
            ends.opposite(sender).fin();
            ends.of(sender).expectEnd();
            gateway.awaitIdle(Duration.ofSeconds(1));
            assertThat(gateway.closed(finOf(sender))).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 1_460, 65_535, 65_536, 65_537, 262_144, 1 << 20})
    void finInTheLastSegmentLosesNothing(int bytes) throws Exception {
        byte[] request = Payload.bytes(bytes, bytes);
        byte[] response = Payload.bytes(bytes + 1L, bytes);
        for (First first : First.values()) {
            try (HandedEndpoint endpoint = new HandedEndpoint();
                    TestGateway gateway = start(endpoint);
                    Ends ends = new Ends(gateway, endpoint);
                    Tasks tasks = new Tasks()) {
                sendWithFin(ends.of(first), request, tasks);
                assertThat(ends.opposite(first).receiveAll()).as("%s first", first).isEqualTo(request);

                sendWithFin(ends.opposite(first), response, tasks);
                assertThat(ends.of(first).receiveAll()).as("the late half, %s first", first).isEqualTo(response);

                tasks.join(BOUND);
                gateway.awaitIdle(Duration.ofSeconds(1));
                assertThat(gateway.closed(finOf(first))).isEqualTo(1);
            }
        }
    }

    /** Nagle's algorithm holds the last byte back while bytes before it are under way, so that the FIN joins it. */
    private static void sendWithFin(Peer peer, byte[] bytes, Tasks tasks) throws Exception {
        peer.socket().setTcpNoDelay(false);
        tasks.start(() -> {
            peer.send(bytes, 0, bytes.length - 1);
            peer.send(bytes, bytes.length - 1, 1);
            peer.fin();
        });
    }

    @Test
    void bytesAndFinThatAreThereBeforeTheConnectLoseNothing() throws Exception {
        byte[] request = Payload.bytes(4, 20_000);
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).start()) {
            for (int i = 0; i < 200; i++) {
                try (Peer client = gateway.connect()) {
                    client.send(request, 0, 1 + i * 100);
                    client.fin();
                    assertThat(client.receiveAll()).hasSize(1 + i * 100)
                            .isEqualTo(Arrays.copyOf(request, 1 + i * 100));
                }
            }
        }
    }

    @Test
    void bothSidesMayFinishAtTheSameTime() throws Exception {
        byte[] up = Payload.bytes(5, 10_000);
        byte[] down = Payload.bytes(6, 10_000);
        try (HandedEndpoint endpoint = new HandedEndpoint(); TestGateway gateway = start(endpoint)) {
            for (int i = 0; i < 100; i++) {
                try (Ends ends = new Ends(gateway, endpoint); Tasks tasks = new Tasks()) {
                    tasks.start(() -> {
                        ends.client.send(up);
                        ends.client.fin();
                    });
                    tasks.start(() -> {
                        ends.endpoint.send(down);
                        ends.endpoint.fin();
                    });
                    assertThat(ends.endpoint.receiveAll()).isEqualTo(up);
                    assertThat(ends.client.receiveAll()).isEqualTo(down);
                    tasks.join(BOUND);
                }
            }
            gateway.awaitIdle(Duration.ofSeconds(1));
            assertThat(gateway.closed(CloseReason.CLIENT_FIN) + gateway.closed(CloseReason.ENDPOINT_FIN))
                    .isEqualTo(100);
        }
    }

    // ---- RST ----

    /** The median of several is under the bound, since any single one may meet a busy machine. */
    @ParameterizedTest
    @EnumSource
    void aResetReachesTheOtherEndAtOnce(First resetting) throws Exception {
        int times = 15;
        long[] nanos = new long[times];
        try (HandedEndpoint endpoint = new HandedEndpoint(); TestGateway gateway = start(endpoint)) {
            for (int i = 0; i < times; i++) {
                try (Ends ends = new Ends(gateway, endpoint)) {
                    ends.client.send("to");
                    assertThat(ends.endpoint.receiveText(2)).isEqualTo("to");
                    ends.endpoint.send("fro");
                    assertThat(ends.client.receiveText(3)).isEqualTo("fro");

                    long begin = System.nanoTime();
                    ends.of(resetting).reset();
                    ends.opposite(resetting).expectReset();
                    nanos[i] = System.nanoTime() - begin;
                }
            }
            Arrays.sort(nanos);
            assertThat(Duration.ofNanos(nanos[times / 2])).isLessThan(Duration.ofMillis(200));
            gateway.awaitIdle(Duration.ofSeconds(1));
            assertThat(gateway.closed(resetOf(resetting))).isEqualTo(times);
        }
    }

    @Test
    void anEndpointThatResetsAfterTheRequestResetsTheClient() throws Exception {
        try (ResettingEndpoint endpoint = new ResettingEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoint).start();
                Peer client = gateway.connect()) {
            client.send("request");

            client.expectReset();

            gateway.awaitIdle(Duration.ofSeconds(1));
            assertThat(gateway.closed(CloseReason.ENDPOINT_RESET)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetAfterOnesOwnFinEndsTheRelay(First side) throws Exception {
        resetAfterHalfClose(side, side);
    }

    @ParameterizedTest
    @EnumSource
    void aResetAfterTheOthersFinEndsTheRelay(First side) throws Exception {
        resetAfterHalfClose(side == First.CLIENT ? First.ENDPOINT : First.CLIENT, side);
    }

    private static void resetAfterHalfClose(First finishing, First resetting) throws Exception {
        try (HandedEndpoint endpoint = new HandedEndpoint(); TestGateway gateway = start(endpoint)) {
            Descriptors before = Descriptors.now();
            for (int done = 0; done < RESETS; done += AT_ONCE) {
                List<Ends> all = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    all.add(new Ends(gateway, endpoint));
                }
                for (Ends ends : all) {
                    ends.of(finishing).fin();
                }
                for (Ends ends : all) {
                    ends.opposite(finishing).expectEnd();
                }
                for (Ends ends : all) {
                    ends.of(resetting).reset();
                }
                for (Ends ends : all) {
                    if (finishing == resetting) {
                        ends.opposite(resetting).expectBroken(Duration.ofSeconds(2));
                    } else {
                        ends.opposite(resetting).expectReset();
                    }
                    ends.close();
                }
            }
            gateway.awaitIdle(Duration.ofSeconds(1));
            Await.until("sockets are back to " + before, Duration.ofSeconds(1),
                    () -> Descriptors.now().sockets() <= before.sockets());
            assertThat(gateway.closed(resetOf(resetting))).isEqualTo(RESETS);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerFollowedByAResetArrivesWhole(boolean hasUnreadRequest) throws Exception {
        byte[] answer = Payload.bytes(7, 300 << 10);
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = start(endpoint);
                Ends ends = new Ends(gateway, endpoint)) {
            if (hasUnreadRequest) {
                ends.client.send("a request that the endpoint does not care about");
                Await.until("the request has left the gateway", Duration.ofSeconds(1),
                        () -> gateway.bytesToBackend() > 0);
            }
            ends.endpoint.send(answer);
            // A reset throws the endpoint's own send queue away, which no gateway can help.
            Await.until("the gateway's kernel has the answer", Duration.ofSeconds(5),
                    () -> ends.endpoint.unacknowledged() == 0);

            ends.endpoint.reset();
            Pause.of(Duration.ofMillis(200), "the reset is to reach the gateway before the client has read anything");

            assertThat(ends.client.receiveUntilReset()).isEqualTo(answer);
            gateway.awaitIdle(Duration.ofSeconds(2));
            assertThat(gateway.closed(CloseReason.ENDPOINT_RESET)).isEqualTo(1);
        }
    }

    @Test
    void aRequestFollowedByAResetArrivesWhole() throws Exception {
        byte[] request = Payload.bytes(8, 300 << 10);
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = start(endpoint);
                Ends ends = new Ends(gateway, endpoint)) {
            ends.client.send(request);
            Await.until("the gateway's kernel has the request", Duration.ofSeconds(5),
                    () -> ends.client.unacknowledged() == 0);
            ends.client.reset();
            Pause.of(Duration.ofMillis(200), "the reset is to reach the gateway before the endpoint has read anything");

            assertThat(ends.endpoint.receiveUntilReset()).isEqualTo(request);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetEndsARelayWhoseSurvivorNeverReads(First resetting) throws Exception {
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = start(endpoint);
                Ends ends = new Ends(gateway, endpoint);
                Tasks tasks = new Tasks()) {
            tasks.start(() -> {
                try {
                    ends.of(resetting).send(new byte[32 << 20]);
                } catch (java.net.SocketException e) {
                    assertThat(ends.of(resetting).socket().isClosed()).isTrue();
                }
            });
            Await.until("bytes are stuck in the gateway", Duration.ofSeconds(5), () -> gateway.pendingBytes() > 0
                    || gateway.spliced(resetting == First.CLIENT) > 0);
            ends.of(resetting).reset();

            // A survivor that takes nothing for a second is reset with bytes still queued.
            gateway.awaitIdle(Duration.ofSeconds(3));
            tasks.join(BOUND);
        }
    }
}
