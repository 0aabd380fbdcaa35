package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.RoundRobin;
import io.vipgate.pool.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An endpoint that has sent FIN holds its connection still, and has no load of it; every ending gives both counts back. */
class FinishedLoadTest {
    private final RelayFixture fixture = new RelayFixture().byLoad();
    private final FakeKernel kernel = fixture.kernel;

    /** What may happen after the endpoint's FIN. */
    enum Ending {
        CLIENT_FIN, CLIENT_RESET, ENDPOINT_RESET, BOTH_RESET, OPERATOR, HALF_CLOSED, FAULT, DRAIN, STOP
    }

    private void end(RelayFixture.Pair pair, Ending ending) {
        switch (ending) {
            case CLIENT_FIN -> pair.client().peerFin();
            case CLIENT_RESET -> pair.client().peerResets();
            case ENDPOINT_RESET -> pair.backend().peerResets();
            case BOTH_RESET -> {
                pair.backend().peerResets();
                pair.client().peerResets();
            }
            case OPERATOR -> fixture.opened.getLast().abort(CloseReason.OPERATOR);
            case HALF_CLOSED -> kernel.pass(40 * SECOND);
            case FAULT -> RelayEndings.onFault(fixture.opened.getLast(), new IllegalStateException("a fault"));
            case DRAIN -> {
                kernel.pass(SECOND);
                RelayDrain.begin(fixture.loop, 10 * SECOND, () -> {});
                kernel.pass(11 * SECOND);
                pair.client().peerFin();
            }
            case STOP -> fixture.loop.close();
        }
        kernel.settle();
    }

    private Endpoint endpoint() {
        return Objects.requireNonNull(fixture.opened.getLast().attempts.endpoint()).endpoint();
    }

    private static void assertCounts(Endpoint endpoint, int connections, int finished) {
        assertThat(endpoint.connections()).as("connections").isEqualTo(connections);
        assertThat(endpoint.finished()).as("finished").isEqualTo(finished);
        assertThat(endpoint.load()).as("load").isEqualTo(connections - finished);
    }

    @Test
    void itIsNoLoadBeforeTheClientLearnsOfTheFin() {
        RelayFixture.Pair pair = fixture.connected();
        List<Integer> loads = new ArrayList<>();
        kernel.beforeCall(call -> {
            if (call.equals("shutdown")) {
                loads.add(endpoint().load());
            }
        });
        pair.backend().peerFin();
        kernel.settle();

        assertThat(pair.client().hasFin).isTrue();
        assertThat(loads).containsExactly(0);
        assertCounts(endpoint(), 1, 1);
    }

    @ParameterizedTest
    @EnumSource
    void everyEndingGivesBothCountsBack(Ending ending) {
        RelayFixture.Pair pair = fixture.connected();
        Endpoint endpoint = endpoint();
        assertCounts(endpoint, 1, 0);
        pair.backend().peerSends(bytes("answer"));
        pair.backend().peerFin();
        kernel.settle();
        assertCounts(endpoint, 1, 1);

        end(pair, ending);

        assertCounts(endpoint, 0, 0);
        fixture.assertNothingLeft();
    }

    @Test
    void aClientThatEndsItsSideFirstLeavesTheLoadWhereItIs() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerFin();
        kernel.settle();
        assertCounts(endpoint(), 1, 0);
        Endpoint endpoint = endpoint();
        pair.backend().peerFin();
        kernel.settle();

        assertCounts(endpoint, 0, 0);
    }

    @Test
    void aDrainedRelayIsNoLoadFromItsEndpointsFinOn() {
        RelayFixture.Pair pair = fixture.connected();
        kernel.pass(SECOND);
        RelayDrain.begin(fixture.loop, 10 * SECOND, () -> {});
        kernel.pass(SECOND);
        assertThat(pair.backend().hasFin).isTrue();
        Endpoint endpoint = endpoint();
        assertCounts(endpoint, 1, 0);
        pair.backend().peerFin();
        kernel.settle();
        assertCounts(endpoint, 1, 1);
        pair.client().peerFin();
        kernel.settle();

        assertCounts(endpoint, 0, 0);
        fixture.assertNothingLeft();
    }

    @Test
    void otherRulesCountNothing() {
        RelayFixture plain = new RelayFixture();
        RelayFixture.Pair pair = plain.connected();
        pair.backend().peerFin();
        plain.kernel.settle();

        assertThat(plain.endpoint(0).finished() + plain.endpoint(1).finished()).isZero();
    }

    /** What was counted under one rule is given back under another. */
    @Test
    void aReloadToAnotherRuleKeepsTheCountsRight() {
        RelayFixture.Pair counted = fixture.connected();
        Endpoint endpoint = endpoint();
        counted.backend().peerFin();
        kernel.settle();
        fixture.pool.configure(new PoolPlan(RelayFixture.settings(), RoundRobin::new, null));
        RelayFixture.Pair uncounted = fixture.connected();
        uncounted.backend().peerFin();
        kernel.settle();
        fixture.byLoad();
        assertCounts(endpoint, endpoint.connections(), 1);
        counted.client().peerFin();
        uncounted.client().peerFin();
        kernel.settle();

        assertCounts(endpoint, 0, 0);
        fixture.assertNothingLeft();
    }
}
