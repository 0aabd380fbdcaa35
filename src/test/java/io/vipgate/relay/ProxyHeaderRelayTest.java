package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.Errno;
import io.vipgate.linux.SocketOptions;
import io.vipgate.proxyprotocol.ProxyHeader;
import org.junit.jupiter.api.Test;

/** The PROXY protocol header goes to the endpoint before the first byte of the client. */
class ProxyHeaderRelayTest {
    private static final String HEADER = "PROXY TCP4 198.51.100.7 192.0.2.1 40000 50000\r\n";

    private static RelayFixture withHeader() {
        RelaySettings s = RelayFixture.settings();
        return new RelayFixture(new RelaySettings(s.connectTimeoutNanos(), s.attempts(), s.idleNanos(),
                s.halfClosedNanos(), s.lifetimeNanos(), 0, s.keepAlive(), s.clientUserTimeoutNanos(),
                s.endpointUserTimeoutNanos(), HeaderSettings.of(ProxyHeader.Version.V1), s.sources(), s.buffers(),
                null), 10);
    }

    @Test
    void headerIsTheFirstThingAnEndpointReadsAlsoAfterARetry() {
        RelayFixture withHeader = withHeader();
        FakeSocket client = withHeader.kernel.client();
        client.peerSends(bytes("request"));
        withHeader.kernel.settle();
        withHeader.kernel.dialled.get(0).fail(Errno.ECONNREFUSED);
        withHeader.kernel.settle();
        withHeader.kernel.dialled.get(1).accept();
        withHeader.kernel.settle();

        assertThat(withHeader.kernel.dialled.get(1).arrived()).isEqualTo(bytes(HEADER + "request"));
        assertThat(withHeader.kernel.dialled.get(1).calls).startsWith("send");
        assertThat(withHeader.opened.getFirst().bytesToBackend()).as("the header is not the client's").isEqualTo(7);
    }

    @Test
    void headerDoesNotWaitForASilentClient() {
        RelayFixture withHeader = withHeader();
        RelayFixture.Pair pair = withHeader.connected();

        assertThat(pair.backend().arrived()).isEqualTo(bytes(HEADER));
        assertThat(pair.backend().tcpOptions).as("bytes that follow it do not wait")
                .containsEntry(SocketOptions.TCP_NODELAY, 1);
        withHeader.kernel.pass(2 * DelayedAcks.MAX_DELAY_NANOS);
        assertThat(pair.backend().tcpOptions).as("the header took the acknowledgement along")
                .containsEntry(SocketOptions.TCP_QUICKACK, 0);
    }

    @Test
    void headerThatDoesNotFitGoesOutBeforeTheClientsBytes() {
        RelayFixture withHeader = withHeader();
        FakeSocket client = withHeader.kernel.client();
        client.peerSends(bytes("request"));
        withHeader.kernel.settle();
        FakeSocket backend = withHeader.kernel.dialled.getFirst();
        backend.room(10);
        backend.accept();
        withHeader.kernel.settle();
        assertThat(backend.arrived()).hasSize(10);
        backend.room(1000);
        withHeader.kernel.settle();
        assertThat(backend.arrived()).isEqualTo(bytes(HEADER + "request"));
    }
}
