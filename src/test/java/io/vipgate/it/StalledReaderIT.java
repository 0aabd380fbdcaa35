package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.KernelQueues;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Payload;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * A client that reads fast, so that the kernel would widen the buffers before it, and then stops: what its relay holds is
 * bounded, and nothing of it is lost.
 */
@SocketTest
final class StalledReaderIT {
    private static final int FAST = 48 << 20;
    private static final int REST = 24 << 20;

    @Test
    void whatAStalledStreamHoldsIsBoundedAndArrivesWhenItsReaderGoesOn() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints)
                        .pool("buffers: { receive: 256KiB }").listener("buffers: { send: 256KiB }").start();
                Peer client = Peer.connect("127.0.0.1", gateway.port(), 256 << 10);
                Peer endpoint = endpoints.next();
                Tasks tasks = new Tasks()) {
            Payload sent = new Payload(7);
            Payload received = new Payload(7);
            Future<Boolean> sending = tasks.startFor(() -> {
                sent.send(endpoint, FAST + REST, 256 << 10);
                endpoint.fin();
                return true;
            });
            assertThat(received.receive(client, FAST)).isEqualTo(FAST);
            awaitStall(gateway, client, endpoint);

            // SO_RCVBUF of 256 KiB is a buffer of 512; what was sent and not acknowledged adds to what was not sent.
            assertThat(unread(endpoint)).as("unread bytes of the endpoint").isLessThanOrEqualTo(512 << 10);
            assertThat(unsent(gateway, client)).as("bytes for the client").isLessThanOrEqualTo(1 << 20);
            assertThat(sending.isDone()).as("all was taken").isFalse();

            assertThat(received.receive(client, REST + 1)).isEqualTo(REST);
            assertThat(sending.get()).isTrue();
            assertThat(received.hash()).isEqualTo(sent.hash());
        }
    }

    /** Until nothing has moved for half a second. */
    private static void awaitStall(TestGateway gateway, Peer client, Peer endpoint) {
        long before = -1;
        for (int quiet = 0; quiet < 5;) {
            Pause.of(Duration.ofMillis(100), "the queues are looked at again");
            long now = unread(endpoint) + unsent(gateway, client);
            quiet = now == before && now > 0 ? quiet + 1 : 0;
            before = now;
        }
    }

    private static long unread(Peer endpoint) {
        return KernelQueues.unread(endpoint.socket().getPort(), endpoint.localPort());
    }

    private static long unsent(TestGateway gateway, Peer client) {
        return KernelQueues.unacknowledged(gateway.port(), client.localPort());
    }
}
