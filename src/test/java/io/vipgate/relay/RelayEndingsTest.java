package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.TICK;
import static io.vipgate.relay.RelayFixture.bytes;
import static io.vipgate.relay.RelayFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the end of one side reaches the other: a FIN behind all bytes, a reset for a reset. */
class RelayEndingsTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

    @Test
    void clientFinStillDeliversTheResponse() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        pair.client().peerFin();
        kernel.settle();
        assertThat(pair.backend().hasFin).isTrue();
        assertThat(pair.client().hasFin).isFalse();

        kernel.pass(20 * SECOND);
        pair.backend().peerSends(bytes("late answer"));
        pair.backend().peerFin();
        kernel.settle();

        assertThat(pair.client().arrived()).isEqualTo(bytes("late answer"));
        assertThat(pair.client().hasFin).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CLIENT_FIN);
        fixture.assertNothingLeft();
    }

    @Test
    void endpointFinStillTakesTheUpload() {
        RelayFixture.Pair pair = fixture.connected();
        pair.backend().peerFin();
        kernel.settle();
        byte[] upload = pattern(500_000);
        pair.client().peerSends(upload);
        pair.client().peerFin();
        kernel.settle();

        assertThat(pair.backend().arrived()).isEqualTo(upload);
        assertThat(pair.backend().hasFin).isTrue();
        assertThat(pair.backend().isReset).isFalse();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.ENDPOINT_FIN);
        fixture.assertNothingLeft();
    }

    @Test
    void finTravelsWithTheLastBytes() {
        RelayFixture.Pair pair = fixture.connected();
        pair.backend().peerSends(bytes("answer"));
        pair.backend().peerFin();
        kernel.settle();

        assertThat(pair.client().calls).endsWith("send+more", "shutdown");
        assertThat(pair.client().arrived()).isEqualTo(bytes("answer"));
    }

    @Test
    void bytesBeforeAFinAreDeliveredToASlowReaderFirst() {
        RelayFixture.Pair pair = fixture.connected();
        byte[] answer = pattern(200_000);
        pair.client().room(1);
        pair.backend().peerSends(answer);
        pair.backend().peerFin();
        kernel.settle();
        assertThat(pair.client().hasFin).isFalse();

        while (!pair.client().hasFin) {
            assertThat(pair.client().isCorked()).isFalse();
            pair.client().room(30_000);
            kernel.settle();
        }
        assertThat(pair.client().arrived()).isEqualTo(answer);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void resetReachesTheOtherSideAtOnceWhenNothingIsQueued(boolean isClient) {
        RelayFixture.Pair pair = fixture.connected();
        (isClient ? pair.client() : pair.backend()).peerResets();
        kernel.settle();

        assertThat((isClient ? pair.backend() : pair.client()).isReset).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(isClient ? CloseReason.CLIENT_RESET : CloseReason.ENDPOINT_RESET);
        fixture.assertNothingLeft();
    }

    @Test
    void answerFollowedByAResetArrivesWholeBeforeTheReset() {
        RelayFixture.Pair pair = fixture.connected();
        byte[] answer = pattern(200_000);
        pair.client().unacknowledged = answer.length;
        pair.backend().peerSends(answer);
        pair.backend().peerResets();
        kernel.settle();

        assertThat(pair.client().arrived()).isEqualTo(answer);
        assertThat(pair.client().isClosed).as("reset before the answer was acknowledged").isFalse();

        pair.client().unacknowledged = 0;
        kernel.pass(2 * TICK);
        assertThat(pair.client().isReset).isTrue();
        assertThat(pair.client().hasFin).as("an unfinished direction never ends in a FIN").isFalse();
        fixture.assertNothingLeft();
    }

    @Test
    void resetWaitsForASlowReaderThatMovesButNotForOneThatDoesNot() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(1000);
        pair.client().unacknowledged = 1000;
        pair.backend().peerSends(pattern(60_000));
        pair.backend().peerResets();
        kernel.settle();

        for (int i = 0; i < 20; i++) {
            kernel.pass(SECOND / 2);
            pair.client().room(1000);
            kernel.settle();
        }
        assertThat(pair.client().isClosed).as("it took bytes all the time").isFalse();
        assertThat(pair.client().arrived()).hasSize(21_000);

        kernel.pass(SECOND + 2 * TICK);
        assertThat(pair.client().isReset).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void failedWriteDoesNotTurnAResetIntoAFin() {
        RelayFixture.Pair pair = fixture.connected();
        // The write takes the error, so that the next read says end of stream.
        pair.backend().fail(Errno.ECONNRESET);
        pair.client().peerSends(bytes("request"));
        kernel.settle();

        assertThat(pair.client().hasFin).isFalse();
        assertThat(pair.client().isReset).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void finAndThenResetGivesTheOtherSideBoth() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().unacknowledged = 6;
        pair.backend().peerSends(bytes("answer"));
        pair.backend().peerFin();
        pair.backend().peerResets();
        kernel.settle();

        assertThat(pair.client().arrived()).isEqualTo(bytes("answer"));
        assertThat(pair.client().hasFin).as("the answer was complete").isTrue();
        pair.client().unacknowledged = 0;
        kernel.pass(2 * TICK);
        assertThat(pair.client().isReset).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void resetAfterAHalfCloseReachesTheOtherSide() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerFin();
        kernel.settle();
        pair.client().peerResets();
        kernel.settle();

        assertThat(pair.backend().isReset).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void bothSidesResetLeavesNothing() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerResets();
        pair.backend().peerResets();
        kernel.settle();

        fixture.assertNothingLeft();
    }

    @Test
    void eventsOfAClosedSideAreIgnored() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("x"));
        pair.backend().peerResets();
        pair.client().peerResets();
        kernel.batch();
        kernel.batch();

        fixture.assertNothingLeft();
    }
}
