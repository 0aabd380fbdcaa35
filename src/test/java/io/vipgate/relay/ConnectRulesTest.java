package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.BalancerFactory;
import io.vipgate.balance.RoundRobin;
import io.vipgate.balance.SourceHash;
import io.vipgate.linux.Errno;
import io.vipgate.linux.OwnAddresses;
import io.vipgate.linux.SocketOptions;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.ClientPrefix;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.relay.FakeKernel.Connect;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bounds on connects, and whose are hedged and where to. */
class ConnectRulesTest {
    private static final long DELAY = 20_000_000;

    private RelayFixture fixture = new RelayFixture(settings(), 1_000, 3);
    private FakeKernel kernel = fixture.kernel;
    private final HedgeRules hedge = new HedgeRules(DELAY, new ConnectBudget(0.5));
    private @Nullable PinTable pins;
    private @Nullable TransparentSource transparent;
    private BalancerFactory factory = RoundRobin::new;

    private static RelaySettings settings() {
        RelaySettings s = RelayFixture.settings();
        return new RelaySettings(SECOND, 3, s.idleNanos(), s.halfClosedNanos(), 0, 0, s.keepAlive(), 0,
                s.endpointUserTimeoutNanos(), s.header(), s.sources(), s.buffers(), null);
    }

    private void use(ConnectRules rules) {
        fixture.pool.configure(new PoolPlan(settings(), factory, pins, transparent, rules));
    }

    private void use(@Nullable HedgeRules rules, @Nullable ConnectBudget retries) {
        use(new ConnectRules(rules, retries, 0));
    }

    @AfterEach
    void close() {
        if (pins != null) {
            pins.close();
        }
    }

    private FakeSocket client() {
        FakeSocket client = kernel.client();
        client.peerSends(bytes("request"));
        kernel.settle();
        return client;
    }

    private long counted(ToLongFunction<PoolCounts> number) {
        PoolCounts sum = new PoolCounts();
        fixture.pool.addTo(sum);
        return number.applyAsLong(sum);
    }

    private long hedges(HedgeResult result) {
        return counted(counts -> counts.hedges().of(result));
    }

    private Endpoint dialled(int index) {
        FakeSocket socket = kernel.dialled.get(index);
        return fixture.pool.endpoints().stream().filter(each -> each.address().equals(socket.remote)).findFirst()
                .orElseThrow().endpoint();
    }

    // ---- budgets ----

    @Test
    void hedgesEndWithTheirBudget() {
        use(hedge, null);
        for (int i = 0; i < 5; i++) {
            client();
        }
        kernel.pass(DELAY);
        assertThat(kernel.dialled).hasSize(5 + ConnectBudget.LEAST);
        assertThat(hedges(HedgeResult.NO_BUDGET)).isEqualTo(2);

        kernel.pass(SECOND / 2);
        assertThat(kernel.dialled).as("nobody is asked for twice").hasSize(5 + ConnectBudget.LEAST);
        fixture.loop.close();
        kernel.settle();
        fixture.assertNothingLeft();
    }

    @Test
    void hedgesLeaveDescriptorsToClients() {
        use(hedge, null);
        fixture.fdBudget.most(16);
        for (int i = 0; i < 14; i++) {
            client();
        }
        kernel.pass(DELAY);
        assertThat(kernel.dialled).hasSize(15);
        assertThat(hedges(HedgeResult.NO_SOCKET)).isEqualTo(13);

        client();
        assertThat(fixture.refused).as("the last place is a client's").isEmpty();
        kernel.dialled.forEach(FakeSocket::accept);
        kernel.settle();
        assertThat(fixture.fdBudget.present()).isEqualTo(15);
        fixture.loop.close();
        kernel.settle();
        fixture.assertNothingLeft();
    }

    @Test
    void hedgeThatThisMachineCannotBeginIsNotAskedForAgain() {
        use(hedge, null);
        kernel.plan(Connect.PENDING, Connect.NO_ADDRESS, Connect.NO_ADDRESS, Connect.NO_ADDRESS);
        client();
        kernel.pass(10 * DELAY);

        assertThat(hedges(HedgeResult.NO_SOCKET)).isEqualTo(1);
        kernel.dialled.getFirst().accept();
        kernel.settle();
        assertThat(kernel.dialled.getFirst().arrived()).isEqualTo(bytes("request"));
        fixture.loop.close();
        kernel.settle();
        fixture.assertNothingLeft();
    }

    @Test
    void retriesEndWithTheirBudget() {
        use(null, new ConnectBudget(0.1));
        kernel.plan(Connect.REFUSED, Connect.REFUSED, Connect.REFUSED, Connect.REFUSED, Connect.REFUSED);
        assertThat(client().isReset).as("three attempts").isTrue();
        assertThat(client().isReset).as("two: one more retry is all").isTrue();

        assertThat(kernel.dialled).hasSize(5);
        assertThat(counted(PoolCounts::retries)).isEqualTo(3);
        assertThat(counted(PoolCounts::retriesRefused)).isEqualTo(1);
        fixture.assertNothingLeft();

        kernel.pass(10 * SECOND);
        kernel.plan(Connect.REFUSED, Connect.AT_ONCE);
        assertThat(client().isClosed).isFalse();
    }

    @Test
    void retryThatIsRefusedIsCountedOnceWhereTheSameEndpointWouldBeTriedOnceMore() {
        transparent = new TransparentSource(false, new OwnAddresses(), new ReturnPaths(fixture.shared, _ -> {}));
        use(null, new ConnectBudget(0.1));
        kernel.plan(Connect.REFUSED, Connect.REFUSED, Connect.REFUSED, Connect.REFUSED, Connect.REFUSED);
        client();
        client();
        assertThat(counted(PoolCounts::retriesRefused)).isEqualTo(1);

        FakeSocket client = client();
        kernel.pass(SECOND + RelayFixture.TICK);

        assertThat(client.isReset).isTrue();
        assertThat(kernel.dialled).hasSize(6);
        assertThat(counted(PoolCounts::retriesRefused)).isEqualTo(2);
        fixture.assertNothingLeft();
    }

    @Test
    void clientsAreCountedOnce() {
        use(null, new ConnectBudget(0.1));
        kernel.plan(Connect.REFUSED, Connect.AT_ONCE, Connect.AT_ONCE);
        client();
        client();
        assertThat(ConnectSample.of(fixture.pool).clients()).isEqualTo(2);
        assertThat(ConnectSample.of(fixture.pool).times().count()).isEqualTo(2);
    }

    // ---- connects under way ----

    @Test
    void endpointWithEnoughConnectsUnderWayIsPassedOver() {
        use(new ConnectRules(null, null, 1));
        FakeSocket first = client();
        client();
        client();
        assertThat(List.of(dialled(0), dialled(1), dialled(2))).doesNotHaveDuplicates();

        FakeSocket refused = client();
        assertThat(refused.isReset).isTrue();
        assertThat(fixture.listener.refused(RefuseReason.NO_ENDPOINT)).isEqualTo(1);

        kernel.dialled.getFirst().accept();
        kernel.settle();
        FakeSocket fourth = client();
        assertThat(dialled(3)).as("that has one less").isEqualTo(dialled(0));
        assertThat(dialled(0).connections()).isEqualTo(2);
        assertThat(first.isClosed || fourth.isClosed).isFalse();
        fixture.loop.close();
        kernel.settle();
        fixture.assertNothingLeft();
    }

    @Test
    void failedConnectIsNoLongerUnderWay() {
        use(new ConnectRules(null, null, 1));
        client();
        kernel.dialled.getFirst().fail(Errno.ECONNREFUSED);
        kernel.settle();
        assertThat(dialled(0).connecting()).isZero();
        assertThat(dialled(1).connecting()).isEqualTo(1);
    }

    @Test
    void boundThatComesOrGoesMeanwhileIsGivenBackAsItWasTaken() {
        FakeSocket before = client();
        use(new ConnectRules(null, null, 1));
        FakeSocket during = client();
        use(ConnectRules.NONE);
        kernel.dialled.forEach(FakeSocket::accept);
        kernel.settle();
        assertThat(fixture.pool.endpoints()).allMatch(each -> each.endpoint().connecting() == 0);
        before.peerResets();
        during.peerResets();
        kernel.pass(3 * SECOND);
        fixture.assertNothingLeft();
    }

    @Test
    void hedgePassesOverAnEndpointWithEnoughConnectsUnderWay() {
        use(new ConnectRules(hedge, null, 1));
        client();
        client();
        kernel.pass(DELAY);
        assertThat(kernel.dialled).as("two endpoints have one each, so that one hedge finds the third").hasSize(3);
        assertThat(List.of(dialled(0), dialled(1), dialled(2))).doesNotHaveDuplicates();
    }

    // ---- whose, and where to ----

    @Test
    void pinnedClientIsHedgedOnlyWhenItsEndpointIsSuspect() {
        PinTable table = new PinTable("test", new ClientPrefix(32, 64), 50 * SECOND, 100);
        pins = table;
        use(hedge, null);
        client();
        kernel.dialled.getFirst().accept();
        kernel.settle();

        client();
        kernel.pass(2 * DELAY);
        assertThat(kernel.dialled).hasSize(2);
        assertThat(dialled(1)).isEqualTo(dialled(0));

        fixture.shared.publish(fixture.shared.snapshot().with(dialled(0), state -> state.toSuspect(true)));
        kernel.pass(DELAY);
        assertThat(kernel.dialled).hasSize(3);
        kernel.dialled.get(2).accept();
        kernel.settle();

        client();
        assertThat(dialled(3)).as("its pin has moved").isEqualTo(dialled(2));
    }

    @Test
    void newClientsPinMovesWithTheHedge() {
        PinTable table = new PinTable("test", new ClientPrefix(32, 64), 50 * SECOND, 100);
        pins = table;
        use(hedge, null);
        client();
        kernel.pass(DELAY);
        assertThat(kernel.dialled).hasSize(2);
        kernel.dialled.get(1).accept();
        kernel.settle();

        client();
        assertThat(dialled(2)).isEqualTo(dialled(1)).isNotEqualTo(dialled(0));
        fixture.loop.close();
        kernel.settle();
        fixture.assertNothingLeft();
    }

    @Test
    void sourceHashHedgesToTheSecondOfTheRanking() {
        factory = SourceHash.keyedBy("", 32, 64);
        use(hedge, null);
        client();
        kernel.pass(DELAY);
        Endpoint hedged = dialled(1);
        fixture.loop.close();
        kernel.settle();

        use(ConnectRules.NONE);
        kernel.plan(Connect.REFUSED);
        client();

        assertThat(dialled(2)).isEqualTo(dialled(0));
        assertThat(dialled(3)).as("where a retry goes, too").isEqualTo(hedged);
    }

    @Test
    void hedgeComesFromTheClientsAddressToo() {
        transparent = new TransparentSource(true, new OwnAddresses(), new ReturnPaths(fixture.shared, _ -> {}));
        use(hedge, null);
        FakeSocket client = client();
        kernel.pass(DELAY);
        assertThat(kernel.dialled.get(1).boundTo).isEqualTo(client.peer);
        kernel.dialled.get(1).accept();
        kernel.settle();
        assertThat(kernel.dialled.get(0).isReset).isTrue();
        assertThat(fixture.opened.getFirst().attempts.isFromClient()).isTrue();
    }

    @Test
    void endpointThatGoesDownOrAwayMeanwhileMayYetConnect() {
        use(hedge, null);
        client();
        kernel.pass(DELAY);
        Endpoint first = dialled(0);
        Endpoint second = dialled(1);
        fixture.shared.publish(fixture.shared.snapshot().with(second, state -> state.toHealth(Health.DOWN)));
        fixture.shared.publish(new PoolSnapshot(fixture.shared.snapshot().members().stream()
                .filter(member -> !member.endpoint().equals(first)).toList(), true));
        kernel.dialled.get(1).accept();
        kernel.settle();

        assertThat(kernel.dialled.get(0).isReset).isTrue();
        assertThat(kernel.dialled.get(1).arrived()).isEqualTo(bytes("request"));
        assertThat(first.connections()).isZero();
        fixture.loop.close();
        kernel.settle();
        fixture.assertNothingLeft();
    }

    @Test
    void hedgeThatMayNotComeFromTheClientsAddressRefusesNobody() {
        transparent = new TransparentSource(true, new OwnAddresses(), new ReturnPaths(fixture.shared, _ -> {}));
        use(hedge, null);
        FakeSocket client = client();
        kernel.refusedOptions.add(SocketOptions.IP_TRANSPARENT);
        kernel.pass(DELAY);
        assertThat(client.isClosed).isFalse();
        assertThat(hedges(HedgeResult.NO_SOCKET)).isEqualTo(1);
        kernel.dialled.getFirst().accept();
        kernel.settle();
        assertThat(kernel.dialled.getFirst().arrived()).isEqualTo(bytes("request"));
    }

    // ---- when ----

    @Test
    void shorterDelayHoldsForThoseWhoWaitAlready() {
        hedge.delay(10 * DELAY);
        use(hedge, null);
        client();
        kernel.pass(2 * DELAY);
        hedge.delay(DELAY);
        client();
        kernel.pass(1);
        assertThat(kernel.dialled).hasSize(3);
        kernel.pass(DELAY);
        assertThat(kernel.dialled).hasSize(4);
    }

    @Test
    void longerDelayHoldsForThoseWhoWaitAlready() {
        use(hedge, null);
        client();
        hedge.delay(3 * DELAY);
        kernel.pass(3 * DELAY - 1);
        assertThat(kernel.dialled).hasSize(1);
        kernel.pass(1);
        assertThat(kernel.dialled).hasSize(2);
    }

    @Test
    void manyWaitAndEachIsHedgedInItsTime() {
        fixture = new RelayFixture(settings(), 1_000, 3);
        kernel = fixture.kernel;
        hedge.budget().clients(2_000);
        use(hedge, null);
        for (int i = 0; i < 300; i++) {
            client();
            if (i % 3 == 0) {
                kernel.dialled.getLast().accept();
            }
            kernel.pass(DELAY / 400);
        }
        assertThat(kernel.dialled).hasSize(300);
        kernel.pass(DELAY);

        assertThat(kernel.dialled).hasSize(300 + 200);
        fixture.loop.close();
        kernel.settle();
        kernel.pass(DELAY);
        fixture.assertNothingLeft();
    }

    @Test
    void loopIsNotWokenForClientsThatComeSeldomAndConnect() {
        use(hedge, null);
        int idle = kernel.loop.scheduled();
        client();
        kernel.dialled.getLast().accept();
        kernel.settle();

        assertThat(kernel.loop.scheduled()).as("the wheel's tick and the delayed acknowledgement").isEqualTo(idle + 2);
    }
}
