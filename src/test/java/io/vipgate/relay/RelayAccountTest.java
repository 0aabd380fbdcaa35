package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.Errno;
import io.vipgate.relay.FakeKernel.Connect;
import org.junit.jupiter.api.Test;

/** What a relay that is over can tell of itself. */
class RelayAccountTest {
    private RelayFixture fixture = new RelayFixture();

    private Relay last() {
        return fixture.opened.getLast();
    }

    private void useBounds(long idle, long halfClosed) {
        RelaySettings s = RelayFixture.settings();
        fixture = new RelayFixture(new RelaySettings(s.connectTimeoutNanos(), s.attempts(), idle, halfClosed, 0, 0,
                s.keepAlive(), 0, 0, s.header(), s.sources(), s.buffers(), null), 10);
    }

    // ---- connecting ----

    @Test
    void theConnectTimeIsOfAllAttemptsAndStaysWhenDirectionsEnd() {
        FakeSocket client = fixture.kernel.client();
        fixture.kernel.settle();
        fixture.kernel.pass(SECOND / 2);
        fixture.kernel.dialled.getLast().fail(Errno.ECONNREFUSED);
        fixture.kernel.settle();
        assertThat(last().connectNanos()).isEqualTo(-1);
        assertThat(last().wasConnected()).isFalse();
        assertThat(last().attempts()).as("one that failed, one that is under way").isEqualTo(2);
        fixture.kernel.pass(SECOND / 4);
        fixture.kernel.dialled.getLast().accept();
        fixture.kernel.settle();
        fixture.kernel.pass(3 * SECOND);
        client.peerFin();
        fixture.kernel.settle();

        assertThat(last().connectNanos()).isBetween(3 * SECOND / 4, SECOND);
        assertThat(last().wasConnected()).isTrue();
        assertThat(last().lastFailure()).isEqualTo(ConnectFailure.REFUSED);
        assertThat(last().attempts()).isEqualTo(2);
    }

    @Test
    void theLastFailureIsThatOfTheLastAttempt() {
        fixture.kernel.plan(Connect.REFUSED, Connect.NO_ADDRESS);
        fixture.kernel.client();
        fixture.kernel.settle();

        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CONNECT_FAILED);
        assertThat(last().lastFailure()).isEqualTo(ConnectFailure.LOCAL);
        assertThat(last().attempts()).isEqualTo(2);
        assertThat(last().wasConnected()).isFalse();
    }

    @Test
    void aClientThatLeavesWhileTheFirstConnectIsPendingHasMadeOneAttempt() {
        FakeSocket client = fixture.kernel.client();
        fixture.kernel.settle();
        client.peerResets();
        fixture.kernel.settle();

        assertThat(last().attempts()).isEqualTo(1);
        assertThat(last().lastFailure()).isNull();
    }

    @Test
    void onlyAClientWithoutARelayIsTurnedAway() {
        fixture = new RelayFixture(RelayFixture.settings(), 1);
        fixture.kernel.client();
        fixture.kernel.client();
        fixture.kernel.settle();

        assertThat(fixture.refused).containsExactly(RefuseReason.MAX_CONNECTIONS);
        assertThat(fixture.opened).hasSize(1);
    }

    // ---- whose silence it was ----

    private void assertSilent(CloseReason reason, boolean isEndpoint) {
        assertThat(fixture.closed).containsOnlyKeys(reason);
        assertThat(last().wasEndpointSilent()).isEqualTo(isEndpoint);
    }

    @Test
    void whoHasNotAnsweredIsSilent() {
        useBounds(SECOND, 0);
        fixture.connected().client().peerSends(bytes("request"));
        fixture.kernel.pass(3 * SECOND);

        assertSilent(CloseReason.IDLE, true);
    }

    @Test
    void afterAnAnswerItIsTheClientsTurn() {
        useBounds(SECOND, 0);
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        fixture.kernel.settle();
        pair.backend().peerSends(bytes("answer"));
        fixture.kernel.pass(3 * SECOND);

        assertSilent(CloseReason.IDLE, false);
    }

    @Test
    void whereNothingWasSaidItIsTheClientsTurn() {
        useBounds(SECOND, 0);
        fixture.connected();
        fixture.kernel.pass(3 * SECOND);

        assertSilent(CloseReason.IDLE, false);
    }

    @Test
    void whoDoesNotTakeWhatItIsSentIsSilent() {
        useBounds(SECOND, 0);
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        fixture.kernel.settle();
        pair.backend().peerSends(bytes("answer"));
        fixture.kernel.settle();
        pair.backend().room(0);
        pair.client().peerSends(bytes("more"));
        fixture.kernel.pass(3 * SECOND);

        assertSilent(CloseReason.IDLE, true);
    }

    @Test
    void whoDoesNotAcknowledgeWhatItIsSentIsSilent() {
        useBounds(SECOND, 0);
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        fixture.kernel.settle();
        pair.client().unacknowledged = 10;
        fixture.kernel.pass(3 * SECOND);

        assertSilent(CloseReason.IDLE, false);
    }

    @Test
    void theSideWhoseFinIsMissingIsSilent() {
        useBounds(0, SECOND);
        fixture.connected().client().peerFin();
        fixture.kernel.pass(3 * SECOND);
        assertSilent(CloseReason.HALF_CLOSED, true);

        useBounds(0, SECOND);
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        fixture.kernel.settle();
        pair.backend().peerFin();
        fixture.kernel.pass(3 * SECOND);
        assertSilent(CloseReason.HALF_CLOSED, false);
    }
}
