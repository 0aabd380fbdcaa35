package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.RoundRobin;
import io.vipgate.linux.Errno;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.relay.FakeKernel.Connect;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two connects of one relay: which of them wins, and what every ending gives back. */
class RelayHedgeTest {
    private static final long MILLI = 1_000_000;
    private static final long DELAY = 20 * MILLI;

    private final HedgeRules rules = new HedgeRules(DELAY, new ConnectBudget(1));
    private final List<String> told = new ArrayList<>();
    private RelayFixture fixture;
    private FakeKernel kernel;

    private void use(int endpoints, int attempts) {
        RelaySettings s = RelayFixture.settings();
        RelaySettings settings = new RelaySettings(SECOND, attempts, s.idleNanos(), s.halfClosedNanos(), 0, 0,
                s.keepAlive(), 0, s.endpointUserTimeoutNanos(),
                HeaderSettings.of(ProxyHeader.Version.V2), s.sources(), s.buffers(), null);
        fixture = new RelayFixture(settings, 10, endpoints);
        kernel = fixture.kernel;
        fixture.onTold = told::add;
        fixture.pool.configure(new PoolPlan(settings, RoundRobin::new, null, null, new ConnectRules(rules, null, 9)));
    }

    @BeforeEach
    void twoEndpointsAndTwoAttempts() {
        use(2, 2);
    }

    private FakeSocket client() {
        FakeSocket client = kernel.client();
        client.peerSends(bytes("request"));
        kernel.settle();
        return client;
    }

    /** A client whose first endpoint does not answer, so that two connects are under way. */
    private FakeSocket hedgedClient() {
        FakeSocket client = client();
        kernel.pass(DELAY);
        return client;
    }

    private FakeSocket first() {
        return kernel.dialled.get(0);
    }

    private FakeSocket second() {
        return kernel.dialled.get(1);
    }

    private long hedges(HedgeResult result) {
        PoolCounts sum = new PoolCounts();
        fixture.pool.addTo(sum);
        return sum.hedges().of(result);
    }

    private long hedges() {
        PoolCounts sum = new PoolCounts();
        fixture.pool.addTo(sum);
        return sum.hedges().sum();
    }

    private void update(int endpoint, UnaryOperator<EndpointState> change) {
        fixture.shared.publish(fixture.shared.snapshot().with(fixture.endpoint(endpoint), change));
    }

    private int places(int endpoint) {
        assertThat(fixture.endpoint(endpoint).connecting()).isLessThanOrEqualTo(
                fixture.endpoint(endpoint).connections());
        return fixture.endpoint(endpoint).connections();
    }

    private void assertServedBy(FakeSocket winner) {
        assertThat(winner.arrived()).endsWith(bytes("request")).hasSizeGreaterThan("request".length());
        for (FakeSocket each : kernel.dialled) {
            if (each != winner) {
                assertThat(each.arrived()).as("not a byte, a header included").isEmpty();
                assertThat(each.isClosed).isTrue();
            }
        }
        assertThat(fixture.fdBudget.present()).isEqualTo(1);
        assertThat(fixture.pool.endpoints()).allMatch(each -> each.endpoint().connecting() == 0);
    }

    private void finish(FakeSocket client, FakeSocket winner) {
        winner.peerFin();
        client.peerFin();
        kernel.settle();
        fixture.assertNothingLeft();
    }

    @Test
    void secondEndpointIsTriedAfterTheDelayToTheMillisecond() {
        FakeSocket _ = client();
        kernel.pass(DELAY - 1);
        assertThat(kernel.dialled).hasSize(1);

        kernel.pass(1);

        assertThat(kernel.dialled).hasSize(2);
        assertThat(second().remote).isNotEqualTo(first().remote);
        assertThat(places(0)).isEqualTo(1);
        assertThat(places(1)).isEqualTo(1);
        assertThat(fixture.fdBudget.present()).isEqualTo(2);
    }

    @Test
    void endpointThatAnswersInTimeIsLeftAlone() {
        FakeSocket client = client();
        first().accept();
        kernel.settle();
        kernel.pass(SECOND);

        assertThat(kernel.dialled).hasSize(1);
        assertThat(hedges()).isZero();
        finish(client, first());
    }

    @Test
    void hedgeThatConnectsFirstGetsEveryByteAndTheOtherAReset() {
        FakeSocket client = hedgedClient();
        second().accept();
        kernel.settle();

        assertServedBy(second());
        assertThat(first().isReset).isTrue();
        assertThat(places(0)).isZero();
        assertThat(places(1)).isEqualTo(1);
        assertThat(hedges(HedgeResult.WON)).isEqualTo(1);
        assertThat(fixture.opened.getFirst().wasHedged()).isTrue();
        assertThat(fixture.opened.getFirst().hasHedgeWon()).isTrue();
        assertThat(fixture.opened.getFirst().attempts()).isEqualTo(2);
        assertThat(fixture.pool.endpoints().getFirst().counts().connectFailures().sum()).isZero();
        finish(client, second());
    }

    @Test
    void firstThatConnectsAfterAllWins() {
        FakeSocket client = hedgedClient();
        first().accept();
        kernel.settle();

        assertServedBy(first());
        assertThat(second().isReset).isTrue();
        assertThat(hedges(HedgeResult.LOST)).isEqualTo(1);
        assertThat(fixture.opened.getFirst().hasHedgeWon()).isFalse();
        finish(client, first());
    }

    @Test
    void ofTwoThatConnectAtTheSameMomentOneServesAndTheOtherIsReset() {
        FakeSocket client = hedgedClient();
        second().accept();
        first().accept();
        kernel.settle();

        assertServedBy(first());
        assertThat(second().isReset).isTrue();
        finish(client, first());
    }

    @Test
    void hedgeThatFailsLeavesTheFirstConnectAlone() {
        FakeSocket client = hedgedClient();
        second().fail(Errno.ECONNREFUSED);
        kernel.settle();

        assertThat(hedges(HedgeResult.FAILED)).isEqualTo(1);
        assertThat(fixture.pool.endpoints().get(1).counts().connectFailures().of(ConnectFailure.REFUSED)).isEqualTo(1);
        assertThat(told).containsOnlyOnce("connectFailed");
        assertThat(places(1)).isZero();
        assertThat(fixture.fdBudget.present()).isEqualTo(1);

        first().accept();
        kernel.settle();
        assertServedBy(first());
        finish(client, first());
    }

    @Test
    void hedgeThatIsRefusedAtOnceLeavesTheFirstConnectAlone() {
        kernel.plan(Connect.PENDING, Connect.REFUSED);
        FakeSocket client = hedgedClient();
        kernel.pass(10 * DELAY);

        assertThat(kernel.dialled).as("two attempts are all").hasSize(2);
        first().accept();
        kernel.settle();
        assertServedBy(first());
        assertThat(hedges(HedgeResult.FAILED)).isEqualTo(1);
        finish(client, first());
    }

    @Test
    void hedgeThatThisMachineCannotBeginUsesNoAttemptUp() {
        kernel.plan(Connect.PENDING, Connect.NO_ADDRESS);
        FakeSocket client = hedgedClient();
        assertThat(hedges(HedgeResult.NO_SOCKET)).isEqualTo(1);
        assertThat(told).doesNotContain("connectFailed");
        assertThat(fixture.opened.getFirst().attempts()).isEqualTo(1);
        assertThat(fixture.opened.getFirst().wasHedged()).isFalse();

        first().fail(Errno.ECONNREFUSED);
        kernel.settle();
        kernel.dialled.getLast().accept();
        kernel.settle();

        assertServedBy(kernel.dialled.getLast());
        finish(client, kernel.dialled.getLast());
    }

    @Test
    void hedgeGoesOnAloneWhenTheFirstFails() {
        FakeSocket client = hedgedClient();
        first().fail(Errno.EHOSTUNREACH);
        kernel.settle();

        assertThat(kernel.dialled).as("no third one at once").hasSize(2);
        assertThat(hedges(HedgeResult.TOOK_OVER)).isEqualTo(1);
        assertThat(places(0)).isZero();
        second().accept();
        kernel.settle();
        assertServedBy(second());
        finish(client, second());
    }

    @Test
    void clientIsResetWhenBothFail() {
        FakeSocket client = hedgedClient();
        first().fail(Errno.ECONNREFUSED);
        second().fail(Errno.ECONNREFUSED);
        kernel.settle();

        assertThat(client.isReset).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CONNECT_FAILED);
        fixture.assertNothingLeft();
    }

    @Test
    void eachOfThemHasItsOwnTimeout() {
        rules.delay(300 * MILLI);
        FakeSocket client = client();
        kernel.pass(SECOND + RelayFixture.TICK);
        assertThat(first().isClosed).isTrue();
        assertThat(fixture.pool.endpoints().getFirst().counts().connectFailures().of(ConnectFailure.TIMEOUT))
                .isEqualTo(1);
        assertThat(client.isClosed).isFalse();

        kernel.pass(300 * MILLI);

        assertThat(second().isClosed).isTrue();
        assertThat(client.isReset).isTrue();
        assertThat(kernel.dialled).hasSize(2);
        fixture.assertNothingLeft();
    }

    @Test
    void clientThatLeavesEndsBoth() {
        FakeSocket client = hedgedClient();
        client.peerResets();
        kernel.settle();

        assertThat(first().isReset && second().isReset).isTrue();
        assertThat(hedges(HedgeResult.CANCELLED)).isEqualTo(1);
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CLIENT_RESET);
        fixture.assertNothingLeft();
    }

    @Test
    void operatorEndsBoth() {
        FakeSocket client = hedgedClient();
        fixture.opened.getFirst().abort(CloseReason.OPERATOR);
        kernel.settle();

        assertThat(client.isReset && first().isReset && second().isReset).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void gatewayThatStopsEndsBoth() {
        FakeSocket client = hedgedClient();
        fixture.loop.close();
        kernel.settle();

        assertThat(client.isReset && first().isReset && second().isReset).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void faultEndsBoth() {
        FakeSocket client = hedgedClient();
        fixture.onTold = what -> {
            if (what.equals("connectFailed")) {
                throw new IllegalStateException("a fault of the test");
            }
        };
        second().fail(Errno.ECONNREFUSED);
        kernel.settle();

        assertThat(client.isReset && first().isReset).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.INTERNAL);
        fixture.assertNothingLeft();
    }

    @Test
    void faultWhileAHedgeBeginsEndsBoth() {
        FakeSocket client = client();
        kernel.beforeCall(what -> {
            if (what.equals("setOption") && kernel.dialled.size() == 2) {
                kernel.beforeCall(_ -> {});
                throw new OutOfMemoryError("a fault of the test");
            }
        });
        kernel.pass(DELAY);

        assertThat(client.isReset && first().isReset).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.INTERNAL);
        assertThat(fixture.fdBudget.present()).isZero();
        assertThat(places(0) + places(1)).isZero();
        assertThat(fixture.endpoint(0).connecting() + fixture.endpoint(1).connecting()).isZero();
    }

    @Test
    void endpointThatSpeaksAndResetsBeforeTheConnectIsSeenHasWon() {
        FakeSocket client = hedgedClient();
        second().accept();
        second().peerSends(bytes("too busy"));
        second().peerResets();
        kernel.settle();

        assertThat(client.arrived()).isEqualTo(bytes("too busy"));
        assertThat(first().isReset).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void thirdEndpointIsTriedADelayAfterOneHasFailed() {
        use(3, 3);
        FakeSocket client = hedgedClient();
        second().fail(Errno.ECONNREFUSED);
        kernel.settle();
        assertThat(kernel.dialled).hasSize(2);

        kernel.pass(DELAY);

        assertThat(kernel.dialled).hasSize(3);
        FakeSocket third = kernel.dialled.get(2);
        third.accept();
        kernel.settle();
        assertServedBy(third);
        finish(client, third);
    }

    @Test
    void hedgesCountAsAttempts() {
        use(4, 3);
        FakeSocket client = hedgedClient();
        first().fail(Errno.ECONNREFUSED);
        kernel.pass(DELAY);
        assertThat(kernel.dialled).hasSize(3);
        second().fail(Errno.ECONNREFUSED);
        kernel.pass(DELAY);
        kernel.dialled.get(2).fail(Errno.ECONNREFUSED);
        kernel.settle();

        assertThat(kernel.dialled).hasSize(3);
        assertThat(client.isReset).isTrue();
        assertThat(fixture.opened.getFirst().attempts()).isEqualTo(3);
        fixture.assertNothingLeft();
    }

    @Test
    void singleAttemptIsNeverHedged() {
        use(2, 1);
        FakeSocket client = hedgedClient();
        kernel.pass(DELAY);

        assertThat(kernel.dialled).hasSize(1);
        client.peerResets();
        kernel.settle();
        fixture.assertNothingLeft();
    }

    @Test
    void onlyEndpointsThatNothingSpeaksAgainstAreTriedBesideAnother() {
        use(4, 3);
        update(1, state -> state.toHealth(Health.DOWN));
        update(2, state -> state.toSuspect(true));
        update(3, state -> state.toBackup(true));
        FakeSocket client = hedgedClient();
        kernel.pass(2 * DELAY);
        assertThat(kernel.dialled).hasSize(1);

        update(1, state -> state.toHealth(Health.UP));
        kernel.pass(DELAY);

        assertThat(kernel.dialled).as("it is looked again after each delay").hasSize(2);
        client.peerResets();
        kernel.settle();
        fixture.assertNothingLeft();
    }

    @Test
    void backupIsTriedBesideABackup() {
        update(0, state -> state.toBackup(true));
        update(1, state -> state.toBackup(true));
        FakeSocket client = hedgedClient();

        assertThat(kernel.dialled).hasSize(2);
        client.peerResets();
        kernel.settle();
    }

    @Test
    void endpointThatLosesThreeTimesInARowIsToldOf() {
        for (int i = 0; i < 3; i++) {
            update(1, state -> state.toBackup(true));
            assertThat(told).doesNotContain("overtaken");
            FakeSocket client = client();
            update(1, state -> state.toBackup(false));
            kernel.pass(DELAY);
            kernel.dialled.getLast().accept();
            kernel.settle();
            client.peerResets();
            kernel.pass(3 * SECOND);
        }

        assertThat(told).containsOnlyOnce("overtaken");
    }

    @Test
    void connectInBetweenBeginsTheCountAnew() {
        for (int i = 0; i < 4; i++) {
            update(1, state -> state.toBackup(true));
            FakeSocket client = client();
            if (i == 2) {
                kernel.dialled.getLast().accept();
            }
            update(1, state -> state.toBackup(false));
            kernel.pass(DELAY);
            kernel.dialled.getLast().accept();
            kernel.settle();
            client.peerResets();
            kernel.pass(3 * SECOND);
        }

        assertThat(hedges(HedgeResult.WON)).isEqualTo(3);
        assertThat(told).doesNotContain("overtaken");
    }

    @Test
    void hedgeThatIsUnderWayOutlivesItsRules() {
        FakeSocket client = hedgedClient();
        fixture.pool.configure(new PoolPlan(RelayFixture.settings(), RoundRobin::new, null));
        second().accept();
        kernel.settle();

        assertServedBy(second());
        finish(client, second());
    }

    @Test
    void rulesThatAreGoneHedgeNobodyWhoWaits() {
        FakeSocket client = client();
        fixture.pool.configure(new PoolPlan(RelayFixture.settings(), RoundRobin::new, null));
        kernel.pass(10 * DELAY);

        assertThat(kernel.dialled).hasSize(1);
        client.peerResets();
        kernel.settle();
        fixture.assertNothingLeft();
    }
}
