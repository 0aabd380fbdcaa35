package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Listeners that come and go under load, and a wildcard beside one address on its port. */
@SocketTest
final class OverlapIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String ONE = "127.0.0.2";
    private static final String OTHER = "127.0.0.3";

    /** Clients that come one after the other, as fast as they can, and what became of them. */
    private static final class Load {
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicInteger served = new AtomicInteger();
        private final Tasks tasks = new Tasks();

        /**
         * Begins.
         *
         * @param answers what they may be told
         */
        Load(String address, int port, String answers) {
            for (int i = 0; i < 3; i++) {
                tasks.start(() -> {
                    while (!isOver.get()) {
                        come(address, port, answers);
                    }
                });
            }
        }

        private void come(String address, int port, String answers) throws InterruptedException {
            try {
                String said = answer(address, port);
                if (said.length() == 1 && answers.contains(said)) {
                    served.incrementAndGet();
                } else {
                    failures.add("told '" + said + "'");
                }
            } catch (ConnectException e) {
                // Nobody listens there now.
                Thread.sleep(1);
            } catch (IOException e) {
                failures.add(e.toString());
            }
        }

        /** Stops them, once one was served. */
        void end() throws Exception {
            Await.until("somebody is served", BOUND, () -> served.get() > 0 || !failures.isEmpty());
            isOver.set(true);
            tasks.join(BOUND);
            tasks.close();
            assertThat(failures).isEmpty();
        }
    }

    private static String answer(String address, int port) throws IOException {
        try (Peer client = Peer.connect(address, port, 0)) {
            return new String(client.receiveAll(), StandardCharsets.US_ASCII);
        }
    }

    /** A listener of its own that stays, so that others can come and go. */
    private static TestGateway.Builder base(NamingEndpoint stays, int keptPort) {
        return TestGateway.with().bind("127.0.0.1:" + keptPort).endpoint("a", stays).eventLoops(4);
    }

    @Test
    void clientsAreNotResetWhileReloadsAddAListener() throws Exception {
        try (NamingEndpoint stays = new NamingEndpoint('s'); NamingEndpoint added = new NamingEndpoint('a')) {
            int kept = FreePort.take();
            try (TestGateway gateway = base(stays, kept).start()) {
                for (int i = 0; i < 20; i++) {
                    int port = FreePort.take();
                    Load load = new Load("127.0.0.1", port, "a");
                    gateway.apply(base(stays, kept).and("added", "127.0.0.1:" + port, added));
                    load.end();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0, true", "0.0.0.0, false", "'', true", "'', false"})
    void theOneAddressHasItsClientsAndTheWildcardTheRest(String wildcard, boolean isOneFirst) throws Exception {
        int port = FreePort.take();
        try (NamingEndpoint stays = new NamingEndpoint('s');
                NamingEndpoint one = new NamingEndpoint('o');
                NamingEndpoint rest = new NamingEndpoint('r')) {
            TestGateway.Builder builder = base(stays, FreePort.take());
            if (isOneFirst) {
                builder.and("one", ONE + ":" + port, one).and("rest", wildcard + ":" + port, rest);
            } else {
                builder.and("rest", wildcard + ":" + port, rest).and("one", ONE + ":" + port, one);
            }
            try (TestGateway gateway = builder.start()) {
                for (int i = 0; i < 30; i++) {
                    assertThat(answer(ONE, port)).isEqualTo("o");
                    assertThat(answer(OTHER, port)).isEqualTo("r");
                }
                assertThat(gateway.gateway().ports("one")).containsExactly(port);
            }
        }
    }

    @Test
    void reloadsAddAndRemoveEitherAndNobodyIsReset() throws Exception {
        int port = FreePort.take();
        int kept = FreePort.take();
        try (NamingEndpoint stays = new NamingEndpoint('s');
                NamingEndpoint one = new NamingEndpoint('o');
                NamingEndpoint rest = new NamingEndpoint('r')) {
            List<TestGateway.Builder> turns = new ArrayList<>();
            turns.add(base(stays, kept).and("rest", "0.0.0.0:" + port, rest));
            turns.add(base(stays, kept).and("rest", "0.0.0.0:" + port, rest).and("one", ONE + ":" + port, one));
            turns.add(base(stays, kept).and("one", ONE + ":" + port, one));
            turns.add(base(stays, kept).and("one", ONE + ":" + port, one).and("rest", "0.0.0.0:" + port, rest));
            try (TestGateway gateway = base(stays, kept).start()) {
                gateway.apply(turns.getFirst());
                assertThat(answer(ONE, port)).isEqualTo("r");
                gateway.apply(turns.get(1));
                assertThat(answer(ONE, port)).isEqualTo("o");
                Load atOne = new Load(ONE, port, "or");
                Load atOther = new Load(OTHER, port, "r");
                for (int round = 0; round < 6; round++) {
                    for (TestGateway.Builder turn : turns) {
                        gateway.apply(turn);
                        Pause.of(Duration.ofMillis(20), "so that clients come between two reloads");
                    }
                }
                atOne.end();
                atOther.end();
                assertThat(answer(ONE, port)).isEqualTo("o");
                assertThat(answer(OTHER, port)).isEqualTo("r");
            }
        }
    }

    @Test
    void whoComesToAnAddressThatAReloadTakesOutIsServedByTheWildcardAtOnce() throws Exception {
        int port = FreePort.take();
        int kept = FreePort.take();
        try (NamingEndpoint stays = new NamingEndpoint('s');
                NamingEndpoint one = new NamingEndpoint('o');
                NamingEndpoint rest = new NamingEndpoint('r')) {
            TestGateway.Builder without = base(stays, kept).and("rest", "0.0.0.0:" + port, rest);
            TestGateway.Builder with = base(stays, kept).and("rest", "0.0.0.0:" + port, rest)
                    .and("one", ONE + ":" + port, one);
            try (TestGateway gateway = without.start()) {
                int repeated = 0;
                for (int i = 0; i < 5; i++) {
                    gateway.apply(with);
                    assertThat(answer(ONE, port)).isEqualTo("o");
                    gateway.apply(without);
                    long begun = System.nanoTime();
                    assertThat(answer(ONE, port)).isEqualTo("r");
                    repeated += System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(950) ? 1 : 0;
                }
                // A busy machine may be slow by itself, but not each time.
                assertThat(repeated).as("clients whose SYN was repeated").isLessThan(3);
            }
        }
    }
}
