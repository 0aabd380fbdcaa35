package io.vipgate.relay;

import static io.vipgate.linux.SocketOptions.TCP_NOTSENT_LOWAT;
import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When the kernel's buffers get their bounds, and which. */
class StreamBuffersTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

    @Test
    void connectionThatDoesNotStreamPaysNoCall() {
        RelayFixture.Pair pair = fixture.connected();
        kernel.pass(SECOND / 10);
        kernel.beforeCall(call -> assertThat(call).isNotIn("setOption", "tcpInfo"));
        // An answer of several pieces, the first of which has made the endpoint's socket send at once.
        for (int i = 0; i < 4; i++) {
            pair.client().peerSends(pattern(100));
            pair.backend().peerSends(pattern(StreamBuffers.STREAM_BYTES / 5));
            kernel.settle();
            if (i == 0) {
                kernel.beforeCall(call -> assertThat(call).isNotIn("tcpInfo"));
            }
        }

        assertThat(pair.backend().receiveBuffer).isZero();
        assertThat(pair.client().tcpOptions).doesNotContainKey(TCP_NOTSENT_LOWAT);
    }

    @Test
    void streamIsBoundedAtBothItsEndsOnce() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(Integer.MAX_VALUE);
        pair.backend().peerSends(pattern(3_000_000));
        kernel.settle();

        assertThat(pair.backend().receiveBuffer).isEqualTo(StreamBuffers.RECEIVE_BYTES);
        assertThat(pair.client().tcpOptions).containsEntry(TCP_NOTSENT_LOWAT, StreamBuffers.SEND_BYTES);
        assertThat(pair.client().receiveBuffer).as("of the direction that does not stream").isZero();
        assertThat(pair.backend().tcpOptions).doesNotContainKey(TCP_NOTSENT_LOWAT);

        kernel.beforeCall(call -> assertThat(call).isNotIn("setOption", "tcpInfo"));
        pair.backend().peerSends(pattern(3_000_000));
        kernel.settle();
        assertThat(pair.client().arrived()).hasSize(6_000_000);
    }

    @Test
    void streamThatComesInSmallLotsIsBoundedToo() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(Integer.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            pair.backend().peerSends(pattern(StreamBuffers.STREAM_BYTES / 8));
            kernel.settle();
        }

        assertThat(pair.backend().receiveBuffer).isEqualTo(StreamBuffers.RECEIVE_BYTES);
    }

    @Test
    void farPeersKeepTheReceiveBufferThatTheKernelFindsRightAndAreSentLargerLots() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().minRttMicros = StreamBuffers.FAR_MICROS;
        pair.backend().minRttMicros = StreamBuffers.FAR_MICROS;
        pair.backend().room(Integer.MAX_VALUE);
        pair.client().peerSends(pattern(3_000_000));
        kernel.settle();

        assertThat(pair.client().receiveBuffer).isZero();
        assertThat(pair.backend().tcpOptions).containsEntry(TCP_NOTSENT_LOWAT, StreamBuffers.FAR_SEND_BYTES);
    }

    @Test
    void configuredBoundsHoldHoweverFarThePeerIs() {
        RelaySettings s = RelayFixture.settings();
        RelayFixture bounded = new RelayFixture(new RelaySettings(s.connectTimeoutNanos(), s.attempts(), s.idleNanos(),
                s.halfClosedNanos(), s.lifetimeNanos(), 0, s.keepAlive(), 0, 0, s.header(), s.sources(),
                new BufferBounds(1 << 20, 2 << 20), null), 10);
        bounded.listener.bound(new BufferBounds(3 << 20, 4 << 20));
        RelayFixture.Pair pair = bounded.connected();
        pair.client().minRttMicros = 10_000;
        pair.backend().minRttMicros = 10_000;
        pair.backend().room(Integer.MAX_VALUE);
        pair.client().room(Integer.MAX_VALUE);
        pair.client().peerSends(pattern(600_000));
        pair.backend().peerSends(pattern(600_000));
        bounded.kernel.settle();

        assertThat(pair.client().receiveBuffer).isEqualTo(3 << 20);
        assertThat(pair.client().tcpOptions).containsEntry(TCP_NOTSENT_LOWAT, 4 << 20);
        assertThat(pair.backend().receiveBuffer).isEqualTo(1 << 20);
        assertThat(pair.backend().tcpOptions).containsEntry(TCP_NOTSENT_LOWAT, 2 << 20);
    }
}
