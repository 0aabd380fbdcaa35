package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.LeastConnections;
import io.vipgate.balance.RoundRobin;
import io.vipgate.linux.Errno;
import io.vipgate.linux.OwnAddresses;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.ClientPrefix;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Health;
import io.vipgate.relay.FakeKernel.Connect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random walks of clients whose connects are hedged: endpoints answer, refuse, say nothing, come, go and are drained, clients leave,
 * rules change, and time passes.
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
            try (PinTable pins = new PinTable("test", new ClientPrefix(32, 64), 50 * SECOND, 100)) {
                new Walk(seed, pins).run();
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

        private final PinTable pins;
        private final boolean isPinning;

        Walk(long seed, PinTable pins) {
            random = new SplittableRandom(seed);
            this.pins = pins;
            isPinning = random.nextBoolean();
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
            TransparentSource source = random.nextInt(3) > 0
                    ? null
                    : new TransparentSource(random.nextBoolean(), new OwnAddresses(),
                            new ReturnPaths(fixture.shared, _ -> {}));
            fixture.pool
                    .configure(new PoolPlan(settings, random.nextBoolean() ? RoundRobin::new : LeastConnections::new,
                            isPinning ? pins : null, source, rules));
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
            assertThat(pins.list(1)).allMatch(pin -> pin.open() == 0);
        }

        private void step() {
            switch (random.nextInt(13)) {
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
                case 8 -> update(random.nextInt(4));
                case 9 -> drain();
                case 10 -> {
                    if (random.nextBoolean()) {
                        configure(fixture.pool.settings());
                    } else if (fixture.loop.relays() > 0) {
                        fixture.loop.relay(random.nextInt(fixture.loop.relays())).abort(CloseReason.OPERATOR);
                    }
                }
                default -> endpoints().forEach(socket -> {
                    if (random.nextInt(3) == 0) {
                        socket.accept();
                    }
                });
            }
        }

        private Endpoint endpoint() {
            List<LoopEndpoint> all = fixture.pool.endpoints();
            return all.get(random.nextInt(all.size())).endpoint();
        }

        private void update(int change) {
            fixture.shared.publish(fixture.shared.snapshot().with(endpoint(), state -> switch (change) {
                case 0 -> state.toSuspect(!state.isSuspect());
                case 1 -> state.toHealth(state.health() == Health.DOWN ? Health.UP : Health.DOWN);
                case 2 -> state.toBackup(!state.isBackup());
                default -> state.toWeight(random.nextInt(2), kernel.loop.now());
            }));
        }

        private void drain() {
            CloseReason reason = random.nextBoolean() ? CloseReason.DRAIN : CloseReason.ENDPOINT_DOWN;
            RelayDrain.begin(fixture.loop, new RelayDrain.Switch(), RelayDrain.at(Set.of(endpoint())), reason,
                    random.nextLong(SECOND / 2));
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
