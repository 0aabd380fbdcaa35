package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.RoundRobin;
import io.vipgate.linux.Errno;
import io.vipgate.relay.FakeKernel.Connect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random walks of clients whose connects are hedged: endpoints answer, refuse or say nothing, clients leave, and time passes.
 * Whatever happens, a client's bytes are at one endpoint at most, and in the end everything is given back.
 */
class HedgeWalkTest {
    private static final int WALKS = 500;
    private static final long DELAY = 20_000_000;
    private static final List<Connect> ANY = List.of(Connect.values());

    @ParameterizedTest
    @ValueSource(ints = {1, 1_001, 2_001})
    void everythingIsGivenBack(int first) {
        for (int seed = first; seed < first + WALKS; seed++) {
            try {
                new Walk(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static final class Walk {
        private final SplittableRandom random;
        private final RelayFixture fixture;
        private final FakeKernel kernel;
        private final List<FakeSocket> clients = new ArrayList<>();
        private final HedgeRules hedge = new HedgeRules(DELAY, new ConnectBudget(0.5));

        Walk(long seed) {
            random = new SplittableRandom(seed);
            RelaySettings s = RelayFixture.settings();
            RelaySettings settings = new RelaySettings(SECOND, 1 + random.nextInt(4), s.idleNanos(),
                    s.halfClosedNanos(),
                    0, 0, s.keepAlive(), 0, s.endpointUserTimeoutNanos(), s.header(), s.sources(), s.buffers(), null);
            fixture = new RelayFixture(settings, 100, 2 + random.nextInt(3));
            kernel = fixture.kernel;
            hedge.budget().clients(random.nextInt(20));
            configure(settings);
        }

        private void configure(RelaySettings settings) {
            ConnectRules rules = new ConnectRules(random.nextInt(8) == 0 ? null : hedge,
                    random.nextBoolean() ? null : new ConnectBudget(0.5), random.nextInt(4));
            fixture.pool.configure(new PoolPlan(settings, RoundRobin::new, null, null, rules));
        }

        void run() {
            int steps = 5 + random.nextInt(60);
            for (int i = 0; i < steps; i++) {
                step();
                if (random.nextInt(3) > 0) {
                    kernel.settle();
                }
            }
            kernel.settle();
            assertEachClientIsAtOneEndpoint();
            if (random.nextBoolean()) {
                fixture.loop.close();
            } else {
                clients.stream().filter(client -> !client.isClosed).forEach(FakeSocket::peerResets);
            }
            kernel.pass(10 * SECOND);
            fixture.assertNothingLeft();
        }

        private void step() {
            switch (random.nextInt(10)) {
                case 0, 1 -> {
                    kernel.plan(random.nextInt(20) < 17 ? Connect.PENDING : ANY.get(random.nextInt(ANY.size())));
                    FakeSocket client = kernel.client();
                    client.peerSends(bytes(String.format("client %03d", clients.size())));
                    clients.add(client);
                }
                case 2, 3 -> kernel.pass(random.nextLong(2 * DELAY));
                case 4 -> kernel.pass(random.nextLong(SECOND / 2));
                case 5 -> hedge.delay(1 + random.nextLong(2 * DELAY));
                case 6 -> {
                    if (!clients.isEmpty()) {
                        FakeSocket client = clients.get(random.nextInt(clients.size()));
                        if (!client.isClosed) {
                            client.peerResets();
                        }
                    }
                }
                case 7 -> endpoints().forEach(socket -> {
                    if (random.nextInt(3) == 0) {
                        socket.fail(random.nextBoolean() ? Errno.ECONNREFUSED : Errno.EHOSTUNREACH);
                    }
                });
                default -> endpoints().forEach(socket -> {
                    if (random.nextInt(3) == 0) {
                        socket.accept();
                    }
                });
            }
        }

        private List<FakeSocket> endpoints() {
            return kernel.dialled.stream().filter(socket -> !socket.isClosed && socket.remote != null).toList();
        }

        private void assertEachClientIsAtOneEndpoint() {
            List<String> arrived = kernel.dialled.stream()
                    .map(socket -> new String(socket.arrived(), StandardCharsets.UTF_8))
                    .filter(text -> !text.isEmpty()).toList();
            assertThat(arrived).doesNotHaveDuplicates().allMatch(text -> text.length() == "client 000".length());
        }
    }
}
