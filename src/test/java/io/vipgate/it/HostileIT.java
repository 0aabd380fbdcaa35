package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FloodEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.OneByteEndpoint;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Payload;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SilentEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.TestGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that read nothing, a byte at a time, or send urgent data; and many operations in random order. */
@SocketTest
final class HostileIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int STUCK = 100;
    /**
     * The peers' own buffers are small, since all connections of the machine share net.ipv4.tcp_mem: this test is not
     * about what the kernel does when that is used up.
     */
    private static final int SMALL_BUFFER = 16 << 10;
    /** The pump reads at most so much before it sees that its target takes no more. */
    private static final long MAX_PER_RELAY = 64 << 10;

    // ---- never reading ----

    @Test
    void clientsThatNeverReadCostLittleMemoryAndHoldNobodyUp() throws Exception {
        try (FloodEndpoint flood = new FloodEndpoint(SMALL_BUFFER); EchoEndpoint echo = new EchoEndpoint()) {
            checkThatTheFastStayFast(flood, echo, _ -> {});
        }
    }

    @Test
    void endpointsThatNeverReadCostLittleMemoryAndHoldNobodyUp() throws Exception {
        try (SilentEndpoint silent = new SilentEndpoint(SMALL_BUFFER); EchoEndpoint echo = new EchoEndpoint()) {
            checkThatTheFastStayFast(silent, echo, client -> {
                byte[] bytes = new byte[64 << 10];
                while (!client.socket().isClosed()) {
                    client.send(bytes);
                }
            });
        }
    }

    /** What a client does on a connection of its own. */
    private interface Behaviour {
        void run(Peer client) throws IOException;
    }

    private static void checkThatTheFastStayFast(TestEndpoint slow, EchoEndpoint echo, Behaviour behaviour)
            throws Exception {
        List<Peer> stuck = new ArrayList<>();
        // The slow endpoint takes as many connections as shall be stuck, on the one loop there is; the next is an echo.
        try (TestGateway gateway = TestGateway.with().endpoint("slow", slow, "maxConnections: " + STUCK)
                .endpoint("echo", echo, "backup: true").eventLoops(1).start(); Tasks tasks = new Tasks()) {
            for (int i = 0; i < STUCK; i++) {
                Peer client = Peer.connect("127.0.0.1", gateway.port(), SMALL_BUFFER);
                client.socket().setSendBufferSize(SMALL_BUFFER);
                stuck.add(client);
                tasks.start(() -> {
                    try {
                        behaviour.run(client);
                    } catch (IOException e) {
                        assertThat(client.socket().isClosed()).as("closed by the test: %s", e).isTrue();
                    }
                });
            }
            Await.until("bytes are stuck in every relay", BOUND,
                    () -> gateway.bytesToClient() + gateway.bytesToBackend() > STUCK * MAX_PER_RELAY);
            awaitStandstill(gateway);

            long[] nanos = new long[100];
            try (Peer fast = gateway.connect()) {
                for (int i = 0; i < nanos.length; i++) {
                    long begin = System.nanoTime();
                    fast.exchange(i);
                    nanos[i] = System.nanoTime() - begin;
                }
            }
            Arrays.sort(nanos);

            assertThat(echo.accepted()).isEqualTo(1);
            assertThat(gateway.relays()).isGreaterThanOrEqualTo(STUCK);
            assertThat(gateway.pendingBytes()).as("memory held for slow readers").isLessThanOrEqualTo(
                    STUCK * MAX_PER_RELAY);
            assertThat(Duration.ofNanos(nanos[nanos.length / 2])).as("median exchange").isLessThan(
                    Duration.ofMillis(20));
            assertThat(Duration.ofNanos(nanos[nanos.length - 1])).as("longest exchange").isLessThan(
                    Duration.ofSeconds(1));
            for (Peer client : stuck) {
                client.reset();
            }
            tasks.join(BOUND);
            gateway.awaitIdle(Duration.ofSeconds(3));
        } finally {
            for (Peer client : stuck) {
                client.close();
            }
        }
    }

    private static void awaitStandstill(TestGateway gateway) {
        long[] last = {-1};
        Await.until("no relay moves any more", BOUND, () -> {
            Pause.of(Duration.ofMillis(100), "to see whether bytes still move");
            long now = gateway.bytesToClient() + gateway.bytesToBackend();
            boolean isStill = now == last[0];
            last[0] = now;
            return isStill;
        });
    }

    /** A pipe goes back to its pool only when it is empty; otherwise one client's bytes would reach another. */
    @Test
    void bytesOfAClientThatLeftNeverReachAnother() throws Exception {
        int bytes = 4 << 20;
        try (FloodEndpoint flood = new FloodEndpoint(0);
                HandedEndpoint handed = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("flood", flood, "maxConnections: 1")
                        .endpoint("handed", handed, "backup: true").eventLoops(1).start()) {
            for (int round = 0; round < 20; round++) {
                long splicedBefore = gateway.spliced(false);
                try (Peer stuck = gateway.connect(); Tasks tasks = new Tasks()) {
                    // It reads until the flood streams, which takes longer on a busy machine, and never again.
                    byte[] some = new byte[256 << 10];
                    while (gateway.spliced(false) == splicedBefore) {
                        assertThat(stuck.read(some, some.length)).isPositive();
                    }
                    try (Peer client = gateway.connect(); Peer endpoint = handed.next()) {
                        Payload sent = new Payload(round);
                        Payload received = new Payload(round);
                        tasks.start(() -> {
                            sent.send(endpoint, bytes / 2, 256 << 10);
                            stuck.reset();
                            sent.send(endpoint, bytes / 2, 256 << 10);
                            endpoint.fin();
                        });
                        assertThat(received.receive(client, Long.MAX_VALUE)).isEqualTo(bytes);
                        tasks.join(BOUND);
                        assertThat(received.hash()).as("round %s", round).isEqualTo(sent.hash());
                    }
                }
                gateway.awaitIdle(Duration.ofSeconds(3));
            }
        }
    }

    // ---- one byte at a time ----

    @Test
    void singleBytesGoThroughBothWays() throws Exception {
        byte[] bytes = Payload.bytes(1, 3_000);
        try (OneByteEndpoint endpoint = new OneByteEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoint).start();
                Peer client = gateway.connect();
                Tasks tasks = new Tasks()) {
            Future<byte[]> received = tasks.startFor(() -> {
                ByteArrayOutputStream got = new ByteArrayOutputStream();
                byte[] one = new byte[1];
                while (client.read(one, 1) > 0) {
                    got.write(one[0]);
                }
                return got.toByteArray();
            });
            for (int i = 0; i < bytes.length; i++) {
                client.send(bytes, i, 1);
            }
            client.fin();

            assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo(bytes);
        }
    }

    // ---- urgent data ----

    enum Sender {
        CLIENT, ENDPOINT
    }

    /** A receiver that does not ask for urgent data inline may lose just that; everything else arrives, in order. */
    @ParameterizedTest
    @EnumSource
    void urgentDataStallsAndLosesNothingElse(Sender sender) throws Exception {
        for (int piece : new int[]{1, 1_000, 200_000}) {
            long seed = 31L * piece;
            byte[] ordinary = Payload.bytes(seed, Math.min(8 << 20, piece * 500));
            byte urgent = -1;
            for (int i = 0; i < ordinary.length; i++) {
                ordinary[i] = ordinary[i] == urgent ? 0 : ordinary[i];
            }
            try (HandedEndpoint endpoints = new HandedEndpoint();
                    TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start();
                    Peer client = gateway.connect();
                    Peer endpoint = endpoints.next();
                    Tasks tasks = new Tasks()) {
                Peer from = sender == Sender.CLIENT ? client : endpoint;
                Peer to = sender == Sender.CLIENT ? endpoint : client;
                Future<byte[]> received = tasks.startFor(to::receiveAll);
                for (int i = 0; i < ordinary.length; i += piece) {
                    from.send(ordinary, i, Math.min(piece, ordinary.length - i));
                    from.socket().sendUrgentData(urgent);
                }
                from.fin();

                byte[] got = received.get(30, TimeUnit.SECONDS);
                byte[] withoutUrgent = new byte[got.length];
                int length = 0;
                for (byte b : got) {
                    if (b != urgent) {
                        withoutUrgent[length++] = b;
                    }
                }
                assertThat(length).as("ordinary bytes, seed %s", seed).isEqualTo(ordinary.length);
                assertThat(Payload.hash(Arrays.copyOf(withoutUrgent, length))).as("seed %s", seed)
                        .isEqualTo(Payload.hash(ordinary));
            }
        }
    }

    // ---- anything in any order ----

    /** One direction as it ought to be: bytes that were sent and not yet received, and whether FIN follows them. */
    private static final class Model {
        private final RandomGenerator content;
        private final RandomGenerator expected;
        final Peer from;
        final Peer to;
        int underWay;
        boolean isFinished;
        boolean isEndSeen;

        Model(long seed, Peer from, Peer to) {
            content = Payload.random(seed);
            expected = Payload.random(seed);
            this.from = from;
            this.to = to;
        }

        void send(int count) throws IOException {
            byte[] bytes = new byte[count];
            for (int i = 0; i < count; i++) {
                bytes[i] = (byte) content.nextInt();
            }
            from.send(bytes);
            underWay += count;
        }

        void receive(int count) throws IOException {
            byte[] got = to.receive(count);
            for (int i = 0; i < count; i++) {
                assertThat(got[i]).isEqualTo((byte) expected.nextInt());
            }
            underWay -= count;
        }

        void finish() throws IOException {
            if (!isFinished) {
                isFinished = true;
                from.fin();
            }
        }

        void receiveEnd() throws IOException {
            receive(underWay);
            to.expectEnd();
            isEndSeen = true;
        }

        void checkPrefix(byte[] got) {
            assertThat(got.length).isLessThanOrEqualTo(underWay);
            for (byte b : got) {
                assertThat(b).isEqualTo((byte) expected.nextInt());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void anyOrderOfOperationsKeepsToTheModel(int run) throws Exception {
        long seed = Long.getLong("vipgate.it.seed", System.nanoTime()) + run;
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start()) {
            RandomGenerator random = Payload.random(seed);
            for (int walk = 0; walk < 10; walk++) {
                try (Peer client = gateway.connect(); Peer endpoint = endpoints.next()) {
                    walk(random, new Model(seed + walk, client, endpoint), new Model(-seed - walk, endpoint, client));
                } catch (IOException | AssertionError e) {
                    throw new AssertionError("-Dvipgate.it.seed=" + (seed - run) + ", run " + run + ", walk " + walk,
                            e);
                }
                gateway.awaitIdle(Duration.ofSeconds(3));
            }
            assertThat(gateway.closed()).isEqualTo(10);
        }
    }

    private static void walk(RandomGenerator random, Model up, Model down) throws IOException {
        // So little is under way that no write ever blocks; now and then enough to fill the pump's buffer.
        int most = 256 << 10;
        for (int i = 0; i < 300 && !(up.isEndSeen && down.isEndSeen); i++) {
            Model model = random.nextBoolean() ? up : down;
            switch (random.nextInt(400)) {
                case 0 -> model.finish();
                case 1 -> {
                    if (!model.isFinished && !up.isEndSeen && !down.isEndSeen) {
                        reset(random.nextBoolean() ? up : down, up, down);
                        return;
                    }
                }
                default -> {
                    if (model.isFinished && model.underWay == 0 && !model.isEndSeen) {
                        model.receiveEnd();
                    } else if (!model.isFinished && model.underWay < most && random.nextBoolean()) {
                        int size = random.nextInt(10) == 0 ? 100_000 : 3_000;
                        model.send(1 + random.nextInt(Math.min(size, most - model.underWay)));
                    } else if (model.underWay > 0) {
                        model.receive(1 + random.nextInt(model.underWay));
                    }
                }
            }
        }
        finish(up);
        finish(down);
    }

    private static void finish(Model model) throws IOException {
        model.finish();
        if (!model.isEndSeen) {
            model.receiveEnd();
        }
    }

    /** A reset may cost what the resetting end had not got out yet; what arrives is right, and then comes the reset. */
    private static void reset(Model resetting, Model up, Model down) throws IOException {
        Model other = resetting == up ? down : up;
        resetting.from.reset();
        if (resetting.isFinished || other.isFinished) {
            // After a FIN the reset may show as the end of the stream.
            return;
        }
        resetting.checkPrefix(resetting.to.receiveUntilReset());
    }
}
