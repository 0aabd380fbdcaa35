package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.RoundRobin;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A drain ends idle relays by FIN, and the rest by reset at its deadline. */
class RelayDrainTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

    @Test
    void relayThatWaitsForAnAnswerIsNotIdle() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        kernel.pass(SECOND);
        boolean[] isDone = {false};
        RelayDrain.begin(fixture.loop, 10 * SECOND, () -> isDone[0] = true);
        kernel.pass(4 * SECOND);
        pair.backend().peerSends(bytes("late answer"));
        kernel.settle();
        assertThat(pair.client().arrived()).isEqualTo(bytes("late answer"));
        assertThat(pair.client().hasFin).isFalse();

        kernel.pass(SECOND);
        assertThat(pair.client().hasFin).isTrue();
        pair.client().peerFin();
        pair.backend().peerFin();
        kernel.pass(SECOND);
        assertThat(isDone[0]).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void relayWhoseReaderHasNotTakenEverythingIsNotIdle() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().unacknowledged = 6;
        pair.backend().peerSends(bytes("answer"));
        kernel.pass(SECOND);
        RelayDrain.begin(fixture.loop, 10 * SECOND, () -> {});
        kernel.pass(4 * SECOND);
        assertThat(pair.client().hasFin).isFalse();

        pair.client().unacknowledged = 0;
        kernel.pass(SECOND);
        assertThat(pair.client().hasFin).isTrue();
    }

    @Test
    void relayOfAnEndpointThatIsDownEndsWithItsClientsFin() {
        RelayFixture.Pair pair = fixture.connected();
        kernel.pass(SECOND);
        RelayDrain.begin(fixture.loop, new RelayDrain.Switch(), _ -> true, CloseReason.ENDPOINT_DOWN, 10 * SECOND);
        kernel.pass(SECOND);
        assertThat(pair.client().hasFin).isTrue();
        assertThat(pair.client().isClosed).isFalse();

        pair.client().peerFin();
        kernel.settle();
        assertThat(pair.client().isClosed).isTrue();
        assertThat(pair.client().isReset).isFalse();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.ENDPOINT_DOWN);
        kernel.pass(10 * SECOND);
        fixture.assertNothingLeft();
    }

    @Test
    void halfClosedRelayOfAnEndpointThatIsDownEndsAtOnce() {
        RelayFixture.Pair pair = fixture.connected();
        pair.backend().peerSends(bytes("half an answer"));
        pair.client().peerFin();
        kernel.pass(SECOND);
        RelayDrain.begin(fixture.loop, new RelayDrain.Switch(), _ -> true, CloseReason.ENDPOINT_DOWN, 10 * SECOND);
        kernel.settle();
        assertThat(pair.client().isClosed).isTrue();
        assertThat(pair.client().isReset).isFalse();
        assertThat(pair.client().arrived()).isEqualTo(bytes("half an answer"));
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.ENDPOINT_DOWN);
        kernel.pass(10 * SECOND);
        fixture.assertNothingLeft();
    }

    @Test
    void relayThatConnectsToAnEndpointThatIsDownIsWaitedForAndReset() {
        FakeSocket client = kernel.client();
        kernel.settle();
        RelayDrain.begin(fixture.loop, new RelayDrain.Switch(), _ -> true, CloseReason.ENDPOINT_DOWN, SECOND / 4);
        kernel.pass(SECOND / 2);
        assertThat(client.isClosed).as("it may find another endpoint").isFalse();

        kernel.dialled.getLast().accept();
        kernel.pass(SECOND / 2);
        assertThat(client.isReset).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.ENDPOINT_DOWN);
        kernel.pass(SECOND);
        fixture.assertNothingLeft();
    }

    @Test
    void relayWhoseHedgeConnectsToAnEndpointThatIsDownIsResetWhenThatWins() {
        fixture.pool.configure(new PoolPlan(RelayFixture.settings(), RoundRobin::new, null, null,
                new ConnectRules(new HedgeRules(SECOND / 50, new ConnectBudget(1)), null, 9)));
        FakeSocket client = kernel.client();
        kernel.settle();
        kernel.pass(SECOND / 20);
        Hedge hedge = Objects.requireNonNull(fixture.opened.getLast().attempts.hedge());
        RelayDrain.begin(fixture.loop, new RelayDrain.Switch(), RelayDrain.at(Set.of(hedge.endpoint.endpoint())),
                CloseReason.ENDPOINT_DOWN, SECOND / 10);
        kernel.pass(SECOND / 4);
        assertThat(client.isClosed).as("the other may answer first").isFalse();

        kernel.dialled.getLast().accept();
        kernel.pass(SECOND / 4);
        assertThat(client.isReset).isTrue();
        kernel.pass(SECOND);
        fixture.assertNothingLeft();
    }

    @Test
    void relayThatTurnsToAnotherEndpointIsLeftAlone() {
        FakeSocket client = kernel.client();
        kernel.settle();
        Relay relay = fixture.opened.getLast();
        LoopEndpoint down = relay.endpoint();
        RelayDrain.begin(fixture.loop, new RelayDrain.Switch(), each -> each.endpoint() == down,
                CloseReason.ENDPOINT_DOWN, SECOND / 4);
        // The attempt's time runs out, and the next endpoint answers.
        kernel.pass(3 * SECOND / 2);
        kernel.dialled.getLast().accept();
        kernel.pass(SECOND);
        assertThat(relay.endpoint()).isNotEqualTo(down);
        assertThat(client.isClosed).isFalse();
        client.peerResets();
        kernel.pass(SECOND);
        fixture.assertNothingLeft();
    }

    @Test
    void relayThatConnectsToAnEndpointThatIsGoneMayFindAnother() {
        FakeSocket client = kernel.client();
        kernel.settle();
        Relay relay = fixture.opened.getLast();
        LoopEndpoint gone = Objects.requireNonNull(relay.endpoint());
        RelayDrain.begin(fixture.loop, new RelayDrain.Switch(), RelayDrain.at(Set.of(gone.endpoint())),
                CloseReason.DRAIN, SECOND / 4);
        kernel.pass(3 * SECOND / 2);
        kernel.dialled.getLast().accept();
        kernel.pass(SECOND);
        assertThat(relay.endpoint()).isNotEqualTo(gone);
        assertThat(client.isClosed).isFalse();
        client.peerResets();
        kernel.pass(SECOND);
        fixture.assertNothingLeft();
    }

    @Test
    void drainThatIsCalledOffLeavesTheRest() {
        RelayFixture.Pair first = fixture.connected();
        RelayFixture.Pair busy = fixture.connected();
        busy.client().peerSends(bytes("request"));
        kernel.pass(SECOND);
        RelayDrain.Switch lever = new RelayDrain.Switch();
        RelayDrain.begin(fixture.loop, lever, _ -> true, CloseReason.ENDPOINT_DOWN, 4 * SECOND);
        kernel.pass(SECOND);
        assertThat(first.client().hasFin).isTrue();

        lever.callOff();
        kernel.pass(30 * SECOND);
        assertThat(busy.client().hasFin).isFalse();
        assertThat(busy.client().isClosed).isFalse();
    }

    @Test
    void drainEndsIdleRelaysByFinAndTheRestByReset() {
        RelayFixture.Pair idle = fixture.connected();
        RelayFixture.Pair busy = fixture.connected();
        kernel.pass(SECOND);
        boolean[] isDone = {false};
        busy.client().peerSends(bytes("."));
        kernel.settle();
        RelayDrain.begin(fixture.loop, 4 * SECOND, () -> isDone[0] = true);
        assertThat(idle.client().hasFin).isTrue();
        assertThat(idle.backend().hasFin).isTrue();
        idle.client().peerFin();
        idle.backend().peerFin();
        kernel.settle();
        assertThat(idle.client().isClosed).isTrue();
        assertThat(idle.client().isReset).isFalse();

        for (int i = 0; i < 35; i++) {
            busy.client().peerSends(bytes("."));
            kernel.pass(SECOND / 10);
        }
        assertThat(busy.client().isClosed).isFalse();

        for (int i = 0; i < 10; i++) {
            busy.client().peerSends(bytes("."));
            kernel.pass(SECOND / 10);
        }
        assertThat(busy.client().isReset).isTrue();
        assertThat(isDone[0]).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.DRAIN);
        fixture.assertNothingLeft();
    }

    @Test
    void clientsInTheQueueAreServedBeforeTheListenerCloses() {
        FakeSocket waiting = kernel.client();
        fixture.acceptor.drainAndClose();
        kernel.settle();
        kernel.dialled.getFirst().accept();
        waiting.peerSends(bytes("request"));
        kernel.settle();

        assertThat(kernel.dialled.getFirst().arrived()).isEqualTo(bytes("request"));
        assertThat(Arrays.asList(waiting.isClosed, waiting.isReset)).containsOnly(false);
    }
}
