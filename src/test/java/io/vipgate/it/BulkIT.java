package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Payload;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Large amounts, both ways at once on four connections. {@code -Dvipgate.it.bulkBytes} sets how many bytes go each way on
 * each connection, {@code -Dvipgate.it.pauseMillis} how long a reader pauses.
 */
@SocketTest
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BulkIT {
    private static final long BYTES = Long.getLong("vipgate.it.bulkBytes", 64L << 20);
    private static final int CONNECTIONS = 4;
    private static final Duration BOUND = Duration.ofSeconds(500);
    /** Less than the pump's buffer, so that no read ever fills it. */
    private static final int SMALL = 48 << 10;
    private static final int LARGE = 256 << 10;

    /** Both ends of one relay. */
    private record Ends(Peer client, Peer endpoint) {}

    private static List<Ends> open(TestGateway gateway, HandedEndpoint endpoint) throws Exception {
        List<Ends> all = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Peer client = gateway.connect();
            all.add(new Ends(client, endpoint.next()));
        }
        return all;
    }

    private static void checkAndClose(List<Ends> all) throws Exception {
        for (Ends ends : all) {
            ends.client().fin();
            ends.endpoint().expectEnd();
            ends.endpoint().fin();
            ends.client().expectEnd();
            ends.client().close();
            ends.endpoint().close();
        }
    }

    /** Sends and receives at once as fast as it goes; the hashes of what was sent and of what came. */
    private static void stream(Tasks tasks, Peer from, Peer to, long seed, Duration pause,
            List<Future<String>> sent, List<Future<String>> received) {
        sent.add(tasks.startFor(() -> {
            Payload payload = new Payload(seed);
            payload.send(from, BYTES, LARGE);
            return payload.hash();
        }));
        received.add(tasks.startFor(() -> {
            Payload payload = new Payload(seed);
            long first = payload.receive(to, Math.min(BYTES, 1 << 20));
            if (pause.isPositive()) {
                Pause.of(pause, "the sender fills every queue up to a reader that pauses");
            }
            assertThat(first + payload.receive(to, BYTES - first)).isEqualTo(BYTES);
            return payload.hash();
        }));
    }

    private static void streamBothWays(Duration pause) throws Exception {
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoint).start();
                Tasks tasks = new Tasks()) {
            List<Ends> all = open(gateway, endpoint);
            List<Future<String>> sent = new ArrayList<>();
            List<Future<String>> received = new ArrayList<>();
            for (Ends ends : all) {
                stream(tasks, ends.client(), ends.endpoint(), 1L + sent.size(), pause, sent, received);
                stream(tasks, ends.endpoint(), ends.client(), 1L + sent.size(), pause, sent, received);
            }
            tasks.join(BOUND);

            for (int i = 0; i < sent.size(); i++) {
                assertThat(received.get(i).get()).as("direction %s", i).isEqualTo(sent.get(i).get());
            }
            assertThat(gateway.spliced(true)).as("bytes spliced to the endpoint").isPositive();
            assertThat(gateway.spliced(false)).as("bytes spliced to clients").isPositive();
            checkAndClose(all);
            gateway.awaitIdle(Duration.ofSeconds(2));
            assertThat(gateway.bytesToBackend()).isEqualTo(CONNECTIONS * BYTES);
            assertThat(gateway.bytesToClient()).isEqualTo(CONNECTIONS * BYTES);
        }
    }

    /** Sends a piece, reads the other's piece, and so on: so much is never under way that a read fills the buffer. */
    private static void inStep(Tasks tasks, Peer one, long sendSeed, long receiveSeed, Duration pause,
            List<Future<String>> sent, List<Future<String>> received) {
        Payload out = new Payload(sendSeed);
        Payload in = new Payload(receiveSeed);
        Future<String> sending = tasks.startFor(() -> {
            for (long done = 0; done < BYTES; done += SMALL) {
                int piece = (int) Math.min(SMALL, BYTES - done);
                if (done == 10L * SMALL && pause.isPositive()) {
                    Pause.of(pause, "a peer that reads nothing for a while");
                }
                out.send(one, piece, SMALL);
                assertThat(in.receive(one, piece)).isEqualTo(piece);
            }
            return out.hash();
        });
        sent.add(sending);
        received.add(tasks.startFor(() -> {
            String _ = sending.get();
            return in.hash();
        }));
    }

    private static void copyBothWays(Duration pause) throws Exception {
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoint).start();
                Tasks tasks = new Tasks()) {
            List<Ends> all = open(gateway, endpoint);
            List<Future<String>> sent = new ArrayList<>();
            List<Future<String>> received = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                inStep(tasks, all.get(i).client(), 100 + i, 200 + i, pause, sent, received);
                inStep(tasks, all.get(i).endpoint(), 200 + i, 100 + i, Duration.ZERO, sent, received);
            }
            tasks.join(BOUND);

            for (int i = 0; i < sent.size(); i += 2) {
                assertThat(received.get(i + 1).get()).as("to the endpoint").isEqualTo(sent.get(i).get());
                assertThat(received.get(i).get()).as("to the client").isEqualTo(sent.get(i + 1).get());
            }
            assertThat(gateway.spliced(true) + gateway.spliced(false)).as("bytes spliced").isZero();
            checkAndClose(all);
            gateway.awaitIdle(Duration.ofSeconds(2));
            assertThat(gateway.bytesToBackend()).isEqualTo(CONNECTIONS * BYTES);
            assertThat(gateway.bytesToClient()).isEqualTo(CONNECTIONS * BYTES);
        }
    }

    @Test
    void splicesBothWaysAtOnce() throws Exception {
        streamBothWays(Duration.ZERO);
    }

    @Test
    void splicesBothWaysToReadersThatPause() throws Exception {
        streamBothWays(Pause.OF_A_READER);
    }

    @Test
    void copiesBothWaysAtOnce() throws Exception {
        copyBothWays(Duration.ZERO);
    }

    @Test
    void copiesBothWaysWithAPeerThatPauses() throws Exception {
        copyBothWays(Pause.OF_A_READER);
    }
}
