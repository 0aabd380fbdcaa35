package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.TICK;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.Errno;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.relay.FakeKernel.Connect;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How a relay reaches an endpoint: retries, the connect timeout, a client that ends while it waits. */
class RelayConnectTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

    @Test
    void nothingIsReadFromTheClientBeforeTheEndpointIsConnected() {
        FakeSocket client = kernel.client();
        client.peerSends(bytes("early"));
        kernel.settle();

        assertThat(client.unreadBytes()).isEqualTo(5);

        kernel.dialled.getFirst().accept();
        kernel.settle();
        assertThat(kernel.dialled.getFirst().arrived()).isEqualTo(bytes("early"));
    }

    @Test
    void refusedConnectIsRetriedOnTheOtherEndpointWithTheSameBytes() {
        FakeSocket client = kernel.client();
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
        assertThat(fixture.pool.endpoints().getFirst().counts().connectFailures().of(ConnectFailure.REFUSED))
                .isEqualTo(1);
        assertThat(fixture.endpoint(0).connections()).isZero();
        assertThat(fixture.endpoint(1).connections()).isEqualTo(1);
    }

    @Test
    void connectRefusedAtOnceIsRetriedToo() {
        kernel.plan(Connect.REFUSED, Connect.AT_ONCE);
        FakeSocket client = kernel.client();
        client.peerSends(bytes("request"));
        kernel.settle();

        assertThat(kernel.dialled.get(1).arrived()).isEqualTo(bytes("request"));
    }

    @Test
    void clientIsResetWhenEveryEndpointRefuses() {
        kernel.plan(Connect.REFUSED, Connect.REFUSED);
        FakeSocket client = kernel.client();
        kernel.settle();

        assertThat(client.isReset).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CONNECT_FAILED);
        fixture.assertNothingLeft();
    }

    @Test
    void silentEndpointIsLeftAfterTheConnectTimeoutAndOneTick() {
        FakeSocket client = kernel.client();
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
        assertThat(fixture.pool.endpoints().getFirst().counts().connectFailures().of(ConnectFailure.TIMEOUT))
                .isEqualTo(1);
    }

    @Test
    void missingLocalAddressCountsAsLocalFailure() {
        kernel.plan(Connect.NO_ADDRESS, Connect.AT_ONCE);
        kernel.client();
        kernel.settle();

        assertThat(fixture.pool.endpoints().getFirst().counts().connectFailures().of(ConnectFailure.LOCAL))
                .isEqualTo(1);
        assertThat(fixture.pool.endpoints().get(1).counts().connected()).isEqualTo(1);
    }

    @Test
    void clientResetWhileConnectingCancelsTheConnectAtOnce() {
        FakeSocket client = kernel.client();
        kernel.settle();
        client.peerResets();
        kernel.settle();

        assertThat(kernel.dialled.getFirst().isClosed).isTrue();
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CLIENT_RESET);
        fixture.assertNothingLeft();
    }

    @Test
    void clientFinWhileConnectingIsAHalfClose() {
        FakeSocket client = kernel.client();
        client.peerSends(bytes("request"));
        client.peerFin();
        kernel.settle();
        FakeSocket backend = kernel.dialled.getFirst();
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
        FakeSocket client = kernel.client();
        kernel.settle();
        FakeSocket backend = kernel.dialled.getFirst();
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
        FakeSocket client = kernel.client();
        client.peerSends(bytes("request"));
        kernel.settle();
        kernel.dialled.getFirst().accept();
        kernel.dialled.getFirst().peerResets();
        kernel.settle();
        kernel.dialled.getLast().accept();
        kernel.settle();

        assertThat(kernel.dialled.getLast().arrived()).isEqualTo(bytes("request"));
        assertThat(fixture.pool.endpoints().getFirst().counts().connectFailures().of(ConnectFailure.RESET))
                .isEqualTo(1);
    }

    @Test
    void socketThatCannotBeWatchedLeavesNothingBehind() {
        kernel.loop.refuseToWatch();
        FakeSocket client = kernel.client();
        kernel.settle();

        assertThat(client.isClosed).isTrue();
        fixture.assertNothingLeft();
    }

    @Test
    void connectsTakeTurnsThroughTheSourceAddresses() {
        RelaySettings s = RelayFixture.settings();
        List<NativeSocketAddress> sources = Stream.of("192.0.2.1", "192.0.2.2", "192.0.2.3")
                .map(address -> NativeSocketAddress.of(new InetSocketAddress(address, 0))).toList();
        RelayFixture bound = new RelayFixture(new RelaySettings(s.connectTimeoutNanos(), s.attempts(), s.idleNanos(),
                s.halfClosedNanos(), s.lifetimeNanos(), 0, s.keepAlive(), 0, s.endpointUserTimeoutNanos(),
                s.header(), sources, s.buffers(), null),
                10);

        assertThat(Stream.generate(bound::connected).limit(6).map(pair -> pair.backend().local))
                .containsAll(sources);
    }
}
