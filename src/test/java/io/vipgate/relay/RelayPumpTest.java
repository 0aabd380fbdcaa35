package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static io.vipgate.relay.RelayFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.eventloop.Ready;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Bytes both ways, copied and spliced: back-pressure, fairness, urgent data. */
class RelayPumpTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

    @Test
    void bytesGoBothWays() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("ping"));
        pair.backend().peerSends(bytes("pong"));
        kernel.settle();

        assertThat(pair.backend().arrived()).isEqualTo(bytes("ping"));
        assertThat(pair.client().arrived()).isEqualTo(bytes("pong"));
    }

    @Test
    void shortReadIsNotFollowedByAnother() {
        RelayFixture.Pair pair = fixture.connected();
        int before = kernel.receives();
        pair.client().peerSends(bytes("ping"));
        kernel.settle();

        assertThat(kernel.receives() - before).isEqualTo(1);
    }

    @Test
    void slowTargetKeepsTheSourceUnreadAndLosesNothing() {
        RelayFixture.Pair pair = fixture.connected();
        byte[] sent = pattern(300_000);
        pair.client().room(10_000);
        pair.backend().peerSends(sent);
        kernel.settle();

        assertThat(pair.client().arrived()).hasSize(10_000);
        assertThat(pair.backend().unreadBytes()).isEqualTo(sent.length - CopyPump.BUFFER_BYTES);

        while (pair.client().arrived().length < sent.length) {
            pair.client().room(70_000);
            kernel.settle();
        }
        assertThat(pair.client().arrived()).isEqualTo(sent);
    }

    /** An acknowledgement of what nobody waits for would wake the loop, and so would one of a FIN. */
    @Test
    void roomIsWatchedOnlyAtAClientThatWasFull() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("ping"));
        pair.backend().peerSends(bytes("pong"));
        kernel.settle();
        assertThat(watchedAt(pair.client()) & Ready.OUT).isZero();

        pair.client().room(3);
        pair.backend().peerSends(bytes("more"));
        kernel.settle();
        assertThat(watchedAt(pair.client()) & Ready.OUT).isNotZero();
        assertThat(watchedAt(pair.client()) & Ready.IN).isNotZero();

        pair.client().room(10);
        kernel.settle();
        assertThat(pair.client().arrived()).isEqualTo(bytes("pongmore"));
    }

    private int watchedAt(FakeSocket socket) {
        return Objects.requireNonNull(kernel.loop.watched(socket.fd)).events();
    }

    @Test
    void streamIsSplicedAndTrickleIsCopiedAgain() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(Integer.MAX_VALUE);
        byte[] sent = pattern(3_000_000);
        pair.backend().peerSends(sent);
        kernel.settle();

        assertThat(pair.client().arrived()).isEqualTo(sent);
        assertThat(kernel.splices()).isPositive();
        assertThat(fixture.loop.splicedBytes(false)).isGreaterThan(2_000_000);
        assertThat(fixture.loop.pipes().pooled()).isEqualTo(1);

        for (int i = 0; i < 20; i++) {
            pair.backend().peerSends(bytes("."));
            kernel.settle();
        }
        int splices = kernel.splices();
        pair.backend().peerSends(bytes("."));
        kernel.settle();
        assertThat(kernel.splices()).isEqualTo(splices);
        assertThat(pair.client().arrived()).hasSize(sent.length + 21);
    }

    @Test
    void streamThatComesInSmallLotsForAMomentIsStillSpliced() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(Integer.MAX_VALUE);
        pair.backend().peerSends(pattern(3_000_000));
        kernel.settle();

        for (int i = 0; i < 3; i++) {
            pair.backend().peerSends(pattern(1_000));
            kernel.settle();
        }
        long spliced = fixture.loop.splicedBytes(false);
        pair.backend().peerSends(pattern(200_000));
        kernel.settle();
        assertThat(fixture.loop.splicedBytes(false)).isEqualTo(spliced + 200_000);
    }

    @Test
    void bytesForAStreamsTargetThatTakesNoMoreWakeNobody() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(400_000);
        byte[] sent = pattern(3_000_000);
        pair.backend().peerSends(sent);
        kernel.settle();
        int told = kernel.told();

        for (int i = 0; i < 5; i++) {
            pair.backend().peerSends(bytes("."));
            kernel.settle();
        }
        assertThat(kernel.told()).isEqualTo(told);

        pair.client().room(Integer.MAX_VALUE);
        kernel.settle();
        assertThat(pair.client().arrived()).hasSize(sent.length + 5);
        pair.backend().peerSends(bytes("."));
        pair.backend().peerFin();
        kernel.settle();
        assertThat(pair.client().arrived()).hasSize(sent.length + 6);
        assertThat(pair.client().hasFin).isTrue();
    }

    @Test
    void streamsBothWaysThatBothWaitForRoomGoOn() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(400_000);
        pair.backend().room(400_000);
        byte[] sent = pattern(3_000_000);
        pair.backend().peerSends(sent);
        pair.client().peerSends(sent);
        kernel.settle();
        assertThat(kernel.bytesInPipes()).isPositive();

        pair.client().room(Integer.MAX_VALUE);
        pair.backend().room(Integer.MAX_VALUE);
        kernel.settle();
        assertThat(pair.client().arrived()).isEqualTo(sent);
        assertThat(pair.backend().arrived()).isEqualTo(sent);
    }

    @Test
    void resetOfAStreamsSourceIsSeenWhileItsTargetTakesNoMore() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(400_000);
        pair.backend().peerSends(pattern(3_000_000));
        kernel.settle();

        pair.backend().peerResets();
        kernel.settle();
        kernel.pass(2_000_000_000L);
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.ENDPOINT_RESET);
        assertThat(pair.client().isReset).isTrue();
    }

    @Test
    void splicedBytesCountWhenTheyLeaveThePipe() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(400_000);
        pair.backend().peerSends(pattern(2_000_000));
        kernel.settle();

        assertThat(fixture.opened.getFirst().bytesToClient()).isEqualTo(400_000);
        assertThat(kernel.bytesInPipes()).isPositive();
    }

    @Test
    void pipeWithBytesIsNeverUsedAgain() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(400_000);
        pair.backend().peerSends(pattern(2_000_000));
        kernel.settle();
        assertThat(kernel.bytesInPipes()).isPositive();

        pair.client().peerResets();
        kernel.settle();
        kernel.pass(2 * SECOND);

        assertThat(fixture.loop.pipes().pooled()).isZero();
        fixture.assertNothingLeft();
    }

    @Test
    void streamWithoutAPipeIsCopied() {
        kernel.maxPipes = 0;
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(Integer.MAX_VALUE);
        byte[] sent = pattern(3_000_000);
        pair.backend().peerSends(sent);
        kernel.settle();

        assertThat(pair.client().arrived()).isEqualTo(sent);
        assertThat(fixture.loop.splicedBytes(false)).isZero();
    }

    @Test
    void oneStreamDoesNotKeepOthersWaiting() {
        RelayFixture.Pair stream = fixture.connected();
        RelayFixture.Pair small = fixture.connected();
        stream.client().room(Integer.MAX_VALUE);
        stream.backend().peerSends(pattern(20_000_000));
        small.backend().peerSends(bytes("me too"));
        kernel.batch();

        assertThat(small.client().arrived()).isEqualTo(bytes("me too"));
        assertThat(stream.client().arrived().length).isLessThanOrEqualTo(4 * CopyPump.BYTES_PER_TURN);
        kernel.settle();
        assertThat(stream.client().arrived()).hasSize(20_000_000);
    }

    @Test
    void urgentDataNeitherStallsNorEndsTheStream() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("a"));
        pair.client().peerSendsUrgent((byte) '!');
        kernel.settle();
        pair.client().peerSends(bytes("b"));
        pair.client().peerFin();
        kernel.settle();

        assertThat(pair.backend().arrived()).isEqualTo(bytes("a!b"));
        assertThat(pair.backend().hasFin).isTrue();
    }

    @Test
    void spliceThatMeetsAnUrgentMarkBeforeTheFinIsNotTheEnd() {
        RelayFixture.Pair pair = streamToAPausedClient();
        pair.backend().peerSendsUrgent((byte) '!');
        pair.backend().peerSends(pattern(200_000));
        pair.backend().peerFin();
        kernel.settle();
        pair.client().room(Integer.MAX_VALUE);
        kernel.settle();

        assertThat(pair.client().arrived()).hasSize(3_000_000 + 1 + 200_000);
        assertThat(pair.client().arrived()[3_000_000]).isEqualTo((byte) '!');
        assertThat(pair.client().hasFin).isTrue();
    }

    @Test
    void spliceThatMeetsAnUrgentMarkBeforeAResetDeliversWhatIsBehindIt() {
        RelayFixture.Pair pair = streamToAPausedClient();
        pair.backend().peerSendsUrgent((byte) '!');
        pair.backend().peerSends(pattern(20_000));
        pair.client().room(Integer.MAX_VALUE);
        pair.backend().peerResets();
        kernel.settle();

        assertThat(pair.client().arrived()).hasSize(3_000_000 + 1 + 20_000);
        kernel.pass(2 * SECOND);
        assertThat(pair.client().isReset).isTrue();
        assertThat(pair.client().calls).doesNotContain("shutdown");
    }

    /** Spliced, and blocked with its source unwatched, so that nothing tells of what arrives. */
    private RelayFixture.Pair streamToAPausedClient() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(2_500_000);
        pair.backend().peerSends(pattern(3_000_000));
        kernel.settle();
        assertThat(pair.backend().isWatchedFor(Ready.IN)).as("reads are not paused").isFalse();
        return pair;
    }

    @Test
    void endpointsSocketKeepsUrgentBytesInTheStreamFromItsFirstByteOn() {
        RelayFixture.Pair pair = fixture.connected();
        pair.backend().peerSendsUrgent((byte) '1');
        pair.backend().peerSendsUrgent((byte) '2');
        kernel.settle();

        assertThat(pair.client().arrived()).isEqualTo(bytes("12"));
    }

    @Test
    void markAtTheEndOfAFullReadIsNotPassedUnseen() {
        RelayFixture.Pair pair = fixture.connected();
        kernel.beforeCall(_ -> {
            // Between the event and the read.
            kernel.beforeCall(_ -> {});
            pair.backend().peerSendsUrgent((byte) '!');
            pair.backend().peerSends(bytes("b"));
        });
        pair.backend().peerSends(pattern(CopyPump.BUFFER_BYTES));
        kernel.settle();

        assertThat(pair.client().arrived()).hasSize(CopyPump.BUFFER_BYTES + 2).endsWith(bytes("!b"));
    }
}
