package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.SocketOptions;
import org.junit.jupiter.api.Test;

/** Acknowledgements travel with data where data follows soon, and are sent alone where it does not. */
class DelayedAckTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

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

    private void exchange(RelayFixture.Pair pair) {
        pair.client().peerSends(bytes("request"));
        kernel.settle();
        pair.backend().peerSends(bytes("answer"));
        kernel.settle();
    }

    @Test
    void rareRelayThatIsAnsweredSoonDoesNotWakeTheLoopAgain() {
        kernel.pass(10 * DelayedAcks.MAX_DELAY_NANOS);
        exchange(fixture.connected());
        assertThat(kernel.loop.untilNextTask()).isGreaterThan(DelayedAcks.MAX_DELAY_NANOS);

        RelayFixture.Pair slow = fixture.connected();
        kernel.pass(2 * DelayedAcks.MAX_DELAY_NANOS);
        assertThat(slow.backend().tcpOptions).as("the next one that is not").containsEntry(SocketOptions.TCP_QUICKACK,
                2);
    }

    @Test
    void answerToOneRelayLeavesTheAcknowledgementsOfAnother() {
        kernel.pass(10 * DelayedAcks.MAX_DELAY_NANOS);
        RelayFixture.Pair slow = fixture.connected();
        kernel.pass(DelayedAcks.MAX_DELAY_NANOS / 2);
        exchange(fixture.connected());
        kernel.pass(DelayedAcks.MAX_DELAY_NANOS);
        assertThat(slow.backend().tcpOptions).containsEntry(SocketOptions.TCP_QUICKACK, 2);
    }

    @Test
    void relaysThatFollowEachOtherClosely() {
        exchange(fixture.connected());
        RelayFixture.Pair slow = fixture.connected();
        exchange(fixture.connected());
        kernel.pass(2 * DelayedAcks.MAX_DELAY_NANOS);
        assertThat(slow.backend().tcpOptions).containsEntry(SocketOptions.TCP_QUICKACK, 2);
    }
}
