package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.TICK;
import static io.vipgate.relay.RelayFixture.bytes;
import static io.vipgate.relay.RelayFixture.withBounds;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.SocketOptions;
import org.junit.jupiter.api.Test;

/** The bounds of a relay (idle, half-closed, lifetime), keepalive and the user timeout. */
class RelayTimeoutsTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

    @Test
    void deadEndpointWithNothingLeftToGiveIsNotArmedAgain() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("upload"));
        pair.backend().peerFin();
        kernel.settle();
        pair.backend().unacknowledged = 6;
        pair.backend().windowProbes = 2;
        pair.backend().lastAckMillis = 61_000;
        for (int i = 0; i < 90 && !pair.client().isClosed; i++) {
            pair.client().peerSends(bytes("."));
            kernel.pass(SECOND);
        }

        assertThat(pair.client().isClosed).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void boundsShorterThanTheConnectTimeoutAreKept() {
        RelayFixture bounded = new RelayFixture(withBounds(SECOND / 2, SECOND / 4, 0), 10);
        RelayFixture.Pair idle = bounded.connected();
        bounded.kernel.pass(SECOND / 2 + TICK);
        assertThat(idle.client().isReset).isTrue();

        RelayFixture.Pair halfClosed = bounded.connected();
        halfClosed.client().peerFin();
        bounded.kernel.pass(SECOND / 4 + TICK);
        assertThat(halfClosed.client().isReset).isTrue();
        bounded.assertNothingLeft();
    }

    @Test
    void silenceEndsARelayByResetOnBothSides() {
        RelaySettings settings = withBounds(3 * SECOND, 30 * SECOND, 0);
        RelayFixture bounded = new RelayFixture(settings, 10);
        RelayFixture.Pair pair = bounded.connected();
        bounded.kernel.pass(2 * SECOND);
        pair.client().peerSends(bytes("."));
        bounded.kernel.pass(2 * SECOND);
        assertThat(pair.client().isClosed).isFalse();

        bounded.kernel.pass(SECOND + TICK);
        assertThat(pair.client().isReset).isTrue();
        assertThat(pair.backend().isReset).isTrue();
        assertThat(bounded.closed).containsOnlyKeys(CloseReason.IDLE);
        bounded.assertNothingLeft();
    }

    @Test
    void halfClosedBoundStartsAnewWithEveryByte() {
        RelayFixture bounded = new RelayFixture(withBounds(600 * SECOND, 2 * SECOND, 0), 10);
        RelayFixture.Pair pair = bounded.connected();
        pair.client().peerFin();
        for (int i = 0; i < 5; i++) {
            bounded.kernel.pass(3 * SECOND / 2);
            pair.backend().peerSends(bytes("."));
        }
        bounded.kernel.settle();
        assertThat(pair.client().arrived()).hasSize(5);
        assertThat(pair.client().isClosed).isFalse();

        bounded.kernel.pass(2 * SECOND + TICK);
        assertThat(bounded.closed).containsOnlyKeys(CloseReason.HALF_CLOSED);
        bounded.assertNothingLeft();
    }

    @Test
    void lifetimeEndsABusyRelay() {
        RelayFixture bounded = new RelayFixture(withBounds(600 * SECOND, 30 * SECOND, 4 * SECOND), 10);
        RelayFixture.Pair pair = bounded.connected();
        for (int i = 0; i < 7; i++) {
            assertThat(pair.client().isClosed).isFalse();
            pair.client().peerSends(bytes("."));
            bounded.kernel.pass(SECOND / 2);
        }
        bounded.kernel.pass(SECOND);
        assertThat(bounded.closed).containsOnlyKeys(CloseReason.LIFETIME);
        bounded.assertNothingLeft();
    }

    @Test
    void onlyARelayOfSomeAgePaysForKeepalive() {
        RelayFixture.Pair pair = fixture.connected();
        kernel.pass(4 * SECOND);
        assertThat(pair.backend().tcpOptions).doesNotContainKey(SocketOptions.TCP_KEEPIDLE);
        kernel.pass(SECOND + TICK);
        assertThat(pair.backend().tcpOptions).containsEntry(SocketOptions.TCP_KEEPIDLE, 30)
                .containsEntry(SocketOptions.TCP_KEEPINTVL, 5).containsEntry(SocketOptions.TCP_KEEPCNT, 3);
    }

    @Test
    void readerThatKeepsItsWindowShutAndAnswersProbesIsKept() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("upload"));
        pair.backend().unacknowledged = 6;
        pair.backend().windowProbes = 1;
        kernel.pass(300 * SECOND);

        assertThat(pair.backend().isClosed).isFalse();
    }

    @Test
    void silenceBetweenTwoDistantProbesOfAShutWindowIsNotDeath() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("upload"));
        pair.backend().unacknowledged = 6;
        pair.backend().window = 0;
        pair.backend().lastAckMillis = 100_000;
        kernel.pass(300 * SECOND);

        assertThat(pair.backend().isClosed).as("all that was sent is answered").isFalse();
    }

    @Test
    void endpointThatAcknowledgesNothingIsGivenUpAfterTheUserTimeout() {
        RelayFixture.Pair pair = fixture.connected();
        kernel.pass(100 * SECOND);
        pair.client().peerSends(bytes("request"));
        pair.backend().unacknowledged = 7;
        pair.backend().lastAckMillis = 100_000;
        kernel.pass(59 * SECOND);
        assertThat(pair.backend().isClosed).as("it was silent before, but owed nothing").isFalse();

        kernel.pass(14 * SECOND);

        assertThat(pair.client().isReset).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.ENDPOINT_RESET);
        fixture.assertNothingLeft();
    }

    @Test
    void readerThatGoesOnTakingIsKeptHoweverSlowItIs() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("upload"));
        pair.backend().unacknowledged = 6;
        for (int i = 0; i < 20; i++) {
            pair.backend().lastAckMillis = 50_000;
            kernel.pass(9 * SECOND);
            pair.backend().lastAckMillis = 0;
            kernel.pass(6 * SECOND);
        }

        assertThat(pair.backend().isClosed).isFalse();
    }

    @Test
    void clientThatAcknowledgesNothingIsGivenUpEvenInAYoungRelay() {
        RelaySettings s = RelayFixture.settings();
        RelayFixture guarded = new RelayFixture(new RelaySettings(s.connectTimeoutNanos(), s.attempts(), s.idleNanos(),
                s.halfClosedNanos(), s.lifetimeNanos(), 0, s.keepAlive(), 3 * SECOND, s.endpointUserTimeoutNanos(),
                s.header(), s.sources(), s.buffers(), null), 10);
        RelayFixture.Pair pair = guarded.connected();
        pair.backend().peerSends(bytes("answer"));
        pair.client().unacknowledged = 6;
        pair.client().lastAckMillis = 3_000;
        guarded.kernel.pass(3 * SECOND - TICK);
        assertThat(pair.client().isClosed).isFalse();
        guarded.kernel.pass(2 * SECOND);

        assertThat(guarded.closed).containsOnlyKeys(CloseReason.CLIENT_RESET);
    }

    @Test
    void shortRelayIsNeverAskedWhatItsPeersOwe() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        kernel.settle();
        pair.backend().peerSends(bytes("answer"));
        pair.backend().peerFin();
        kernel.pass(5 * SECOND);

        assertThat(pair.client().hasFin).isTrue();
        assertThat(kernel.queuesAsked).isZero();
    }

    @Test
    void silentEndpointBehindAShutWindowIsGivenUp() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("upload"));
        pair.backend().unacknowledged = 6;
        pair.backend().windowProbes = 1;
        kernel.pass(60 * SECOND);
        pair.backend().lastAckMillis = 61_000;
        kernel.pass(9 * SECOND);

        assertThat(pair.client().isReset).isTrue();
        assertThat(pair.backend().isReset).as("no FIN behind a queue that was never delivered").isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.ENDPOINT_RESET);
        fixture.assertNothingLeft();
    }

    @Test
    void probeThatHasJustBeenSentIsGivenTimeForItsAnswer() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("upload"));
        pair.backend().unacknowledged = 6;
        pair.backend().window = 0;
        pair.backend().lastAckMillis = 61_000;
        kernel.pass(70 * SECOND);
        for (int i = 0; i < 10; i++) {
            pair.backend().windowProbes = 1;
            kernel.pass(SECOND / 2);
            pair.backend().windowProbes = 0;
            kernel.pass(10 * SECOND);
        }

        assertThat(pair.backend().isClosed).isFalse();
    }

    @Test
    void slowReaderBehindAFinishedSenderIsNotSilent() {
        RelayFixture bounded = new RelayFixture(withBounds(60 * SECOND, 2 * SECOND, 0), 10);
        RelayFixture.Pair pair = bounded.connected();
        pair.client().unacknowledged = 6;
        pair.backend().peerSends(bytes("answer"));
        pair.backend().peerFin();
        bounded.kernel.pass(20 * SECOND);
        assertThat(pair.client().isClosed).as("it has not taken everything").isFalse();

        pair.client().unacknowledged = 0;
        bounded.kernel.pass(5 * SECOND);
        assertThat(bounded.closed).containsOnlyKeys(CloseReason.HALF_CLOSED);
        bounded.assertNothingLeft();
    }
}
