package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Payload;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Urgent data (RFC 9293 section 3.8.5), whose receiver asks for it inline: every byte arrives in its place, urgent ones
 * included, and a FIN or a reset only behind all of them.
 *
 * <p>{@code -Dvipgate.it.urgentRuns} sets how many streams each test sends; {@code -Dvipgate.seed} the first one's seed.
 */
@SocketTest
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class UrgentDataIT {
    private static final int RUNS = Integer.getInteger("vipgate.it.urgentRuns", 6);
    private static final long FIRST_SEED = Long.getLong("vipgate.seed", 1);
    private static final Duration BOUND = Duration.ofSeconds(30);

    enum Sender {
        CLIENT, ENDPOINT
    }

    enum Ending {
        FIN, RESET
    }

    /** The one that lost its last 200,001 bytes: the mark is met by splice(2), with the FIN behind it. */
    @ParameterizedTest
    @CsvSource({"CLIENT", "ENDPOINT"})
    void streamThatMeetsAMarkBeforeItsFinArrivesWhole(Sender sender) throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start()) {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
                byte[] sent = Payload.bytes(seed, (6 << 20) + 200_001);
                run(gateway, endpoints, sender, Ending.FIN, sent, new int[]{6 << 20}, 300);
            }
        }
    }

    /** Marks at the beginning, at the end, in the middle, several and in a row; receivers that pause and that do not. */
    @ParameterizedTest
    @CsvSource({"CLIENT, FIN", "ENDPOINT, FIN", "CLIENT, RESET", "ENDPOINT, RESET"})
    void marksAnywhereLoseNothing(Sender sender, Ending ending) throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start()) {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
                RandomGenerator random = Payload.random(~seed);
                int length = switch (random.nextInt(4)) {
                    case 0 -> 4 + random.nextInt(6);
                    case 1 -> 2_000 + random.nextInt(100_000);
                    case 2 -> (64 << 10) * (1 + random.nextInt(8)) + 1;
                    default -> 1_000_000 + random.nextInt(4_000_000);
                };
                int pauseMillis = random.nextBoolean() ? 0 : random.nextInt(150);
                run(gateway, endpoints, sender, ending, Payload.bytes(seed, length), marks(random, length),
                        pauseMillis);
            }
        }
    }

    private static int[] marks(RandomGenerator random, int length) {
        return switch (random.nextInt(6)) {
            case 0 -> new int[]{0};
            case 1 -> new int[]{length - 1};
            case 2 -> new int[]{length - 2, length - 1};
            case 3 -> new int[]{0, 1, length - 1};
            // Where a read of the whole buffer ends.
            case 4 -> new int[]{Math.min(length - 1, 64 << 10)};
            default -> random.ints(1 + random.nextInt(5), 0, length).sorted().distinct().toArray();
        };
    }

    private static void run(TestGateway gateway, HandedEndpoint endpoints, Sender sender, Ending ending, byte[] sent,
            int[] marks, int pauseMillis) throws Exception {
        String what = "%d bytes, urgent %s, pause %d ms".formatted(sent.length, Arrays.toString(marks), pauseMillis);
        try (Peer client = gateway.connect(); Peer endpoint = endpoints.next(); Tasks tasks = new Tasks()) {
            Peer from = sender == Sender.CLIENT ? client : endpoint;
            Peer to = sender == Sender.CLIENT ? endpoint : client;
            to.socket().setOOBInline(true);
            Future<byte[]> received = tasks.startFor(() -> {
                Thread.sleep(pauseMillis);
                return ending == Ending.FIN ? to.receiveAll() : to.receiveUntilReset();
            });
            int at = 0;
            for (int mark : marks) {
                from.send(sent, at, mark - at);
                from.socket().sendUrgentData(sent[mark]);
                at = mark + 1;
            }
            from.send(sent, at, sent.length - at);
            if (ending == Ending.FIN) {
                from.fin();
            } else {
                // A reset throws away what its own kernel still has; what the gateway has is owed.
                Await.until("the gateway has everything, " + what, BOUND, () -> from.unacknowledged() == 0);
                from.reset();
            }
            byte[] got = received.get(BOUND.toSeconds(), TimeUnit.SECONDS);
            assertThat(got.length).as(what).isEqualTo(sent.length);
            assertThat(Arrays.mismatch(got, sent)).as("first wrong byte, " + what).isEqualTo(-1);
        }
    }
}
