package io.vipgate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Random walks of one relay against a model: whatever two peers do, in whatever order, each gets the other's bytes in
 * order, urgent ones in their place, and nothing else, a FIN only behind all of them, a reset for a reset, and nothing is left.
 *
 * <p>The number of walks is the system property {@code vipgate.walks}; the first seed is {@code vipgate.seed}.
 */
class RelayWalkTest {
    private static final int WALKS_PER_TEST = 100;
    private static final long SECOND = RelayFixture.SECOND;

    static Stream<Arguments> batches() {
        int walks = Integer.getInteger("vipgate.walks", 300);
        int first = Integer.getInteger("vipgate.seed", 1);
        return IntStream.range(0, Math.max(1, walks / WALKS_PER_TEST))
                .mapToObj(batch -> Arguments.of(first + batch * WALKS_PER_TEST));
    }

    @ParameterizedTest(name = "seeds from {0}")
    @MethodSource("batches")
    void everyWalkKeepsTheModel(int firstSeed) {
        for (int seed = firstSeed; seed < firstSeed + WALKS_PER_TEST; seed++) {
            try {
                new Walk(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** One peer: what it has sent and how it has ended. */
    private static final class End {
        final FakeSocket socket;
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        boolean hasFin;
        boolean hasReset;

        End(FakeSocket socket) {
            this.socket = socket;
        }

        boolean isOver() {
            return hasFin || hasReset;
        }
    }

    private static final class Walk {
        private final SplittableRandom random;
        private final RelayFixture fixture = new RelayFixture().byLoad();
        private final End client;
        private final End backend;

        Walk(long seed) {
            random = new SplittableRandom(seed);
            RelayFixture.Pair pair = fixture.connected();
            client = new End(pair.client());
            backend = new End(pair.backend());
        }

        void run() {
            int steps = 5 + random.nextInt(40);
            for (int i = 0; i < steps && !client.socket.isClosed && !backend.socket.isClosed; i++) {
                step(random.nextBoolean() ? client : backend);
                if (random.nextInt(3) > 0) {
                    fixture.kernel.settle();
                }
                assertPrefixes();
            }
            finish();
            assertEndings();
            fixture.assertNothingLeft();
        }

        private void step(End end) {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> send(end, 1 + random.nextInt(200));
                case 4 -> send(end, 1 + random.nextInt(400_000));
                case 5, 6 -> end.socket.room(random.nextInt(100_000));
                case 10, 11 -> sendUrgent(end, 1 + random.nextInt(3));
                case 7 -> fixture.kernel.pass(random.nextLong(SECOND / 4));
                case 8 -> {
                    if (!end.isOver() && random.nextInt(3) == 0) {
                        end.hasFin = true;
                        end.socket.peerFin();
                    }
                }
                default -> {
                    if (!end.hasReset && random.nextInt(4) == 0) {
                        end.hasReset = true;
                        end.socket.peerResets();
                    }
                }
            }
        }

        private void send(End end, int length) {
            if (!end.isOver()) {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                end.sent.writeBytes(bytes);
                end.socket.peerSends(bytes);
            }
        }

        /** Urgent bytes, in a row or with others between them. */
        private void sendUrgent(End end, int times) {
            for (int i = 0; i < times && !end.isOver(); i++) {
                byte urgent = (byte) random.nextInt();
                end.sent.write(urgent);
                end.socket.peerSendsUrgent(urgent);
                if (random.nextBoolean()) {
                    send(end, 1 + random.nextInt(random.nextBoolean() ? 10 : 300_000));
                }
            }
        }

        /** Both peers read all they can get, and end what they have not ended. */
        private void finish() {
            for (int i = 0; i < 3; i++) {
                client.socket.room(Integer.MAX_VALUE);
                backend.socket.room(Integer.MAX_VALUE);
                fixture.kernel.settle();
                fixture.kernel.pass(SECOND / 10);
            }
            boolean isReset = client.hasReset || backend.hasReset;
            if (!isReset) {
                for (End end : Arrays.asList(client, backend)) {
                    if (!end.hasFin) {
                        end.hasFin = true;
                        end.socket.peerFin();
                    }
                }
            }
            fixture.kernel.settle();
            fixture.kernel.pass(3 * SECOND);
        }

        private void assertPrefixes() {
            assertPrefix(client, backend);
            assertPrefix(backend, client);
        }

        private static void assertPrefix(End from, End to) {
            byte[] arrived = to.socket.arrived();
            byte[] sent = from.sent.toByteArray();
            assertThat(arrived.length).isLessThanOrEqualTo(sent.length);
            assertThat(arrived).isEqualTo(Arrays.copyOf(sent, arrived.length));
            // While the relay lives, a FIN means that the sender has ended and all its bytes are there.
            if (to.socket.hasFin && !to.socket.isClosed) {
                assertThat(from.hasFin).as("a FIN that nobody sent").isTrue();
                assertThat(arrived.length).as("a FIN before the last byte").isEqualTo(sent.length);
            }
        }

        private void assertEndings() {
            assertPrefixes();
            if (!client.hasReset && !backend.hasReset) {
                for (End end : Arrays.asList(client, backend)) {
                    assertThat(end.socket.hasFin).as("FIN for FIN").isTrue();
                    assertThat(end.socket.isReset).isFalse();
                }
                assertThat(backend.socket.arrived()).isEqualTo(client.sent.toByteArray());
                assertThat(client.socket.arrived()).isEqualTo(backend.sent.toByteArray());
            } else if (client.hasReset != backend.hasReset) {
                End reset = client.hasReset ? client : backend;
                End survivor = client.hasReset ? backend : client;
                if (!isFinishedBeforeReset()) {
                    assertThat(survivor.socket.isReset).as("RST for RST").isTrue();
                }
                if (!reset.hasFin) {
                    assertThat(survivor.socket.calls).as("an unfinished direction never ends in a FIN")
                            .doesNotContain("shutdown");
                }
                assertThat(survivor.socket.arrived()).as("all that came before the reset")
                        .isEqualTo(reset.sent.toByteArray());
            }
        }

        /** Both had ended by FIN, and the relay was over, before the reset came. */
        private boolean isFinishedBeforeReset() {
            return fixture.closed.containsKey(CloseReason.CLIENT_FIN)
                    || fixture.closed.containsKey(CloseReason.ENDPOINT_FIN);
        }
    }
}
