package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.TICK;
import static io.vipgate.relay.RelayFixture.bytes;
import static io.vipgate.relay.RelayFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.Errno;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.SocketOptions;
import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.relay.FakeKernel.Connect;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A relay's life, told without sockets. */
class RelayTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

    // ---- connecting ----

    @Test
    void nothingIsReadFromTheClientBeforeTheEndpointIsConnected() {
        FakeKernel.Socket client = kernel.client();
        client.peerSends(bytes("early"));
        kernel.settle();

        assertThat(client.unreadBytes()).isEqualTo(5);

        kernel.dialled.getFirst().accept();
        kernel.settle();
        assertThat(kernel.dialled.getFirst().arrived()).isEqualTo(bytes("early"));
    }

    @Test
    void refusedConnectIsRetriedOnTheOtherEndpointWithTheSameBytes() {
        FakeKernel.Socket client = kernel.client();
        client.peerSends(bytes("request"));
        kernel.settle();
        kernel.dialled.get(0).fail(Errno.ECONNREFUSED);
        kernel.settle();

        assertThat(kernel.dialled).hasSize(2);
        assertThat(kernel.dialled.get(0).isClosed).isTrue();
        assertThat(kernel.dialled.get(1).remote).isNotEqualTo(kernel.dialled.get(0).remote);

        kernel.dialled.get(1).accept();
        kernel.settle();
        assertThat(kernel.dialled.get(1).arrived()).isEqualTo(bytes("request"));
        assertThat(fixture.pool.retries()).isEqualTo(1);
        assertThat(fixture.pool.endpoints().getFirst().connectFailures(ConnectFailure.REFUSED)).isEqualTo(1);
        assertThat(fixture.endpoint(0).connections()).isZero();
        assertThat(fixture.endpoint(1).connections()).isEqualTo(1);
    }

    @Test
    void connectRefusedAtOnceIsRetriedToo() {
        kernel.plan(Connect.REFUSED, Connect.AT_ONCE);
        FakeKernel.Socket client = kernel.client();
        client.peerSends(bytes("request"));
        kernel.settle();

        assertThat(kernel.dialled.get(1).arrived()).isEqualTo(bytes("request"));
    }

    @Test
    void clientIsResetWhenEveryEndpointRefuses() {
        kernel.plan(Connect.REFUSED, Connect.REFUSED);
        FakeKernel.Socket client = kernel.client();
        kernel.settle();

        assertThat(client.isReset).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CONNECT_FAILED);
        fixture.assertNothingLeft();
    }

    @Test
    void silentEndpointIsLeftAfterTheConnectTimeoutAndOneTick() {
        FakeKernel.Socket client = kernel.client();
        client.peerSends(bytes("request"));
        kernel.settle();

        kernel.pass(SECOND - TICK);
        assertThat(kernel.dialled).hasSize(1);

        kernel.pass(2 * TICK);
        assertThat(kernel.dialled).hasSize(2);
        assertThat(kernel.dialled.getFirst().isClosed).isTrue();
        kernel.dialled.get(1).accept();
        kernel.settle();
        assertThat(kernel.dialled.get(1).arrived()).isEqualTo(bytes("request"));
        assertThat(fixture.pool.endpoints().getFirst().connectFailures(ConnectFailure.TIMEOUT)).isEqualTo(1);
    }

    @Test
    void missingLocalAddressCountsAsLocalFailure() {
        kernel.plan(Connect.NO_ADDRESS, Connect.AT_ONCE);
        kernel.client();
        kernel.settle();

        assertThat(fixture.pool.endpoints().getFirst().connectFailures(ConnectFailure.LOCAL)).isEqualTo(1);
        assertThat(fixture.pool.endpoints().get(1).connected()).isEqualTo(1);
    }

    @Test
    void clientResetWhileConnectingCancelsTheConnectAtOnce() {
        FakeKernel.Socket client = kernel.client();
        kernel.settle();
        client.peerResets();
        kernel.settle();

        assertThat(kernel.dialled.getFirst().isClosed).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CLIENT_RESET);
        fixture.assertNothingLeft();
    }

    @Test
    void clientFinWhileConnectingIsAHalfClose() {
        FakeKernel.Socket client = kernel.client();
        client.peerSends(bytes("request"));
        client.peerFin();
        kernel.settle();
        FakeKernel.Socket backend = kernel.dialled.getFirst();
        backend.accept();
        kernel.settle();

        assertThat(backend.arrived()).isEqualTo(bytes("request"));
        assertThat(backend.hasFin).isTrue();

        backend.peerSends(bytes("answer"));
        backend.peerFin();
        kernel.settle();
        assertThat(client.arrived()).isEqualTo(bytes("answer"));
        assertThat(client.hasFin).isTrue();
        assertThat(client.isReset).isFalse();
        fixture.assertNothingLeft();
    }

    @Test
    void endpointThatSpeaksAndResetsBeforeTheConnectIsSeenIsHeard() {
        FakeKernel.Socket client = kernel.client();
        kernel.settle();
        FakeKernel.Socket backend = kernel.dialled.getFirst();
        backend.accept();
        backend.peerSends(bytes("too busy"));
        backend.peerResets();
        kernel.settle();

        assertThat(client.arrived()).isEqualTo(bytes("too busy"));
        assertThat(client.isReset).isTrue();
        assertThat(kernel.dialled).hasSize(1);
        fixture.assertNothingLeft();
    }

    @Test
    void endpointThatResetsWithoutAWordIsAFailedConnect() {
        FakeKernel.Socket client = kernel.client();
        client.peerSends(bytes("request"));
        kernel.settle();
        kernel.dialled.getFirst().accept();
        kernel.dialled.getFirst().peerResets();
        kernel.settle();
        kernel.dialled.getLast().accept();
        kernel.settle();

        assertThat(kernel.dialled.getLast().arrived()).isEqualTo(bytes("request"));
        assertThat(fixture.pool.endpoints().getFirst().connectFailures(ConnectFailure.RESET)).isEqualTo(1);
    }

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
    void socketThatCannotBeWatchedLeavesNothingBehind() {
        kernel.refusesToWatch = true;
        FakeKernel.Socket client = kernel.client();
        kernel.settle();

        assertThat(client.isClosed).isTrue();
        fixture.assertNothingLeft();
    }

    // ---- PROXY header ----

    private static final String HEADER = "PROXY TCP4 198.51.100.7 192.0.2.1 40000 50000\r\n";

    private static RelayFixture announcing() {
        RelaySettings s = RelayFixture.settings();
        return new RelayFixture(new RelaySettings(s.connectTimeoutNanos(), s.attempts(), s.idleNanos(),
                s.halfClosedNanos(), s.lifetimeNanos(), 0, s.keepAlive(), s.clientUserTimeoutNanos(),
                s.endpointUserTimeoutNanos(), ProxyHeader.Version.V1, s.sources()), 10);
    }

    @Test
    void headerIsTheFirstThingAnEndpointReadsAlsoAfterARetry() {
        RelayFixture announcing = announcing();
        FakeKernel.Socket client = announcing.kernel.client();
        client.peerSends(bytes("request"));
        announcing.kernel.settle();
        announcing.kernel.dialled.get(0).fail(Errno.ECONNREFUSED);
        announcing.kernel.settle();
        announcing.kernel.dialled.get(1).accept();
        announcing.kernel.settle();

        assertThat(announcing.kernel.dialled.get(1).arrived()).isEqualTo(bytes(HEADER + "request"));
        assertThat(announcing.kernel.dialled.get(1).calls).startsWith("send");
        assertThat(announcing.opened.getFirst().bytesToBackend()).as("the header is not the client's").isEqualTo(7);
    }

    @Test
    void headerDoesNotWaitForASilentClient() {
        RelayFixture announcing = announcing();
        RelayFixture.Pair pair = announcing.connected();

        assertThat(pair.backend().arrived()).isEqualTo(bytes(HEADER));
        assertThat(pair.backend().tcpOptions).as("bytes that follow it do not wait")
                .containsEntry(SocketOptions.TCP_NODELAY, 1);
        announcing.kernel.pass(2 * DelayedAcks.MAX_DELAY_NANOS);
        assertThat(pair.backend().tcpOptions).as("the header took the acknowledgement along")
                .containsEntry(SocketOptions.TCP_QUICKACK, 0);
    }

    @Test
    void headerThatDoesNotFitGoesOutBeforeTheClientsBytes() {
        RelayFixture announcing = announcing();
        FakeKernel.Socket client = announcing.kernel.client();
        client.peerSends(bytes("request"));
        announcing.kernel.settle();
        FakeKernel.Socket backend = announcing.kernel.dialled.getFirst();
        backend.room(10);
        backend.accept();
        announcing.kernel.settle();
        assertThat(backend.arrived()).hasSize(10);
        backend.room(1000);
        announcing.kernel.settle();
        assertThat(backend.arrived()).isEqualTo(bytes(HEADER + "request"));
    }

    // ---- acceptor ----

    @Test
    void acceptingPausesATenthOfASecondWhenDescriptorsRunOut() {
        kernel.acceptError = Errno.EMFILE;
        kernel.client();
        kernel.batch();
        int tries = kernel.accepts;
        kernel.pass(SECOND / 20);
        assertThat(kernel.accepts).isEqualTo(tries);
        assertThat(fixture.listener.refused(RefuseReason.FD_EXHAUSTED)).isEqualTo(1);

        kernel.acceptError = 0;
        kernel.pass(SECOND / 10);
        assertThat(fixture.loop.relays()).isEqualTo(1);
    }

    @Test
    void clientBeyondTheMaximumIsResetAndCounted() {
        RelayFixture two = new RelayFixture(RelayFixture.settings(), 2);
        List<FakeKernel.Socket> clients = List.of(two.kernel.client(), two.kernel.client(), two.kernel.client());
        two.kernel.settle();

        assertThat(clients).extracting(client -> client.isReset).containsExactly(false, false, true);
        assertThat(two.listener.refused(RefuseReason.MAX_CONNECTIONS)).isEqualTo(1);
        assertThat(two.listener.accepted()).isEqualTo(2);
    }

    @Test
    void singleClientsCostOneAcceptEach() {
        for (int i = 0; i < 5; i++) {
            kernel.client();
            kernel.settle();
            kernel.pass(SECOND / 1000);
        }
        assertThat(kernel.accepts).as("one each, and no more to hear that there is none").isEqualTo(5);

        int before = kernel.accepts;
        for (int i = 0; i < 64; i++) {
            kernel.client();
        }
        kernel.settle();
        assertThat(kernel.accepts - before).isLessThanOrEqualTo(64 + 7);
        assertThat(fixture.loop.relays()).isEqualTo(69);
    }

    // ---- moving bytes ----

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
        kernel.mostPipes = 0;
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
        pair.client().peerSendsUrgent();
        kernel.settle();
        pair.client().peerSends(bytes("b"));
        pair.client().peerFin();
        kernel.settle();

        assertThat(pair.backend().arrived()).isEqualTo(bytes("ab"));
        assertThat(pair.backend().hasFin).isTrue();
    }

    // ---- endings ----

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

    // ---- bounds ----

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

    private static RelaySettings withBounds(long idle, long halfClosed, long lifetime) {
        RelaySettings s = RelayFixture.settings();
        return new RelaySettings(s.connectTimeoutNanos(), s.attempts(), idle, halfClosed, lifetime, 0, s.keepAlive(),
                s.clientUserTimeoutNanos(), s.endpointUserTimeoutNanos(), s.proxyVersion(),
                s.sources());
    }

    @Test
    void connectsTakeTurnsThroughTheSourceAddresses() {
        RelaySettings s = RelayFixture.settings();
        List<NativeSocketAddress> sources = Stream.of("192.0.2.1", "192.0.2.2", "192.0.2.3")
                .map(address -> NativeSocketAddress.of(new InetSocketAddress(address, 0))).toList();
        RelayFixture bound = new RelayFixture(new RelaySettings(s.connectTimeoutNanos(), s.attempts(), s.idleNanos(),
                s.halfClosedNanos(), s.lifetimeNanos(), 0, s.keepAlive(), 0, s.endpointUserTimeoutNanos(),
                s.proxyVersion(), sources),
                10);

        assertThat(Stream.generate(bound::connected).limit(6).map(pair -> pair.backend().local))
                .containsAll(sources);
    }

    // ---- acknowledgements, keepalive, user timeout ----

    @Test
    void handshakeAckWaitsForTheClientsBytesButNotMuchLonger() {
        RelayFixture.Pair pair = fixture.connected();
        assertThat(pair.backend().tcpOptions).containsEntry(SocketOptions.TCP_QUICKACK, 0);
        kernel.pass(2 * DelayedAcks.MAX_DELAY_NANOS);
        assertThat(pair.backend().tcpOptions).containsEntry(SocketOptions.TCP_QUICKACK, 2);
    }

    @Test
    void handshakeAckIsNotSentAloneWhenTheClientSpeaks() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        kernel.settle();
        kernel.pass(2 * DelayedAcks.MAX_DELAY_NANOS);
        assertThat(pair.backend().tcpOptions).containsEntry(SocketOptions.TCP_QUICKACK, 0);
    }

    @Test
    void oneSmallRequestDoesNotPayForNagle() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        kernel.settle();
        assertThat(pair.backend().arrived()).isEqualTo(bytes("request"));
        assertThat(pair.backend().tcpOptions).doesNotContainKey(SocketOptions.TCP_NODELAY);
    }

    @Test
    void nothingThatFollowsAFirstSegmentWaitsForItsAcknowledgement() {
        RelayFixture.Pair second = fixture.connected();
        second.client().peerSends(bytes("first"));
        kernel.settle();
        second.client().peerSends(bytes("second"));
        kernel.settle();
        assertThat(second.backend().tcpOptions).containsEntry(SocketOptions.TCP_NODELAY, 1);

        RelayFixture.Pair large = fixture.connected();
        large.client().peerSends(new byte[537]);
        kernel.settle();
        assertThat(large.backend().tcpOptions).containsEntry(SocketOptions.TCP_NODELAY, 1);
    }

    @Test
    void clientThatWaitsForAnAcknowledgementGetsItWhenTheAnswerDoesNotComeSoon() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("first half"));
        kernel.settle();
        assertThat(pair.client().tcpOptions).doesNotContainKey(SocketOptions.TCP_QUICKACK);
        kernel.pass(2 * DelayedAcks.MAX_DELAY_NANOS);
        assertThat(pair.client().tcpOptions).containsEntry(SocketOptions.TCP_QUICKACK, 1);
    }

    @Test
    void clientThatIsGreetedIsAcknowledgedAtOnceFromThenOn() {
        RelayFixture.Pair pair = fixture.connected();
        pair.backend().peerSends(bytes("220 ready"));
        kernel.settle();
        kernel.pass(2 * DelayedAcks.MAX_DELAY_NANOS);
        assertThat(pair.client().tcpOptions).containsEntry(SocketOptions.TCP_QUICKACK, 1);
    }

    @Test
    void acknowledgementTravelsWithAQuickAnswer() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("request"));
        kernel.settle();
        pair.backend().peerSends(bytes("answer"));
        kernel.settle();
        kernel.pass(2 * DelayedAcks.MAX_DELAY_NANOS);
        assertThat(pair.client().tcpOptions).doesNotContainKey(SocketOptions.TCP_QUICKACK);
    }

    @Test
    void listenerLearnsThatEndpointsSpeakFirst() {
        for (int i = 0; i < 8; i++) {
            RelayFixture.Pair pair = fixture.connected();
            pair.backend().peerSends(bytes("220 ready"));
            kernel.settle();
        }
        RelayFixture.Pair learned = fixture.connected();
        assertThat(learned.backend().tcpOptions).doesNotContainKey(SocketOptions.TCP_QUICKACK);

        for (int i = 0; i < 8; i++) {
            RelayFixture.Pair pair = fixture.connected();
            pair.client().peerSends(bytes("request"));
            kernel.settle();
        }
        assertThat(fixture.connected().backend().tcpOptions).containsEntry(SocketOptions.TCP_QUICKACK, 0);
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
                s.proxyVersion(), s.sources()), 10);
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

    // ---- drain ----

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
        FakeKernel.Socket waiting = kernel.client();
        fixture.acceptor.drainAndClose();
        kernel.settle();
        kernel.dialled.getFirst().accept();
        waiting.peerSends(bytes("request"));
        kernel.settle();

        assertThat(kernel.dialled.getFirst().arrived()).isEqualTo(bytes("request"));
        assertThat(Arrays.asList(waiting.isClosed, waiting.isReset)).containsOnly(false);
    }
}
