package io.vipgate.relay;

import io.vipgate.linux.SystemCalls;
import io.vipgate.pool.Endpoint;
import java.net.InetSocketAddress;

/**
 * Lets tests of other packages look at what this one keeps to itself.
 *
 * <p>Confined to the event loop of what it is asked about.
 */
public final class RelayInsides {
    private RelayInsides() {}

    /** Bytes of memory that a loop holds for readers slower than their senders. */
    public static long pendingBytes(RelayLoop loop) {
        return loop.pendingBuffers().inUse();
    }

    /** A relay that both sides have ended, on a kernel that is none. */
    public static Relay ended() {
        RelayFixture fixture = new RelayFixture();
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(RelayFixture.bytes("request"));
        pair.client().peerFin();
        fixture.kernel.settle();
        pair.backend().peerSends(RelayFixture.bytes("the answer"));
        pair.backend().peerFin();
        fixture.kernel.settle();
        return fixture.opened.getFirst();
    }

    /** Whether the dialer takes a socket for one that has reached itself. */
    public static boolean hasReachedItself(SystemCalls systemCalls, int fd, InetSocketAddress endpoint,
            LocalPorts localPorts) {
        return new Dialer(systemCalls).hasReachedItself(fd,
                new LoopEndpoint(new Endpoint("test", endpoint, 0), localPorts, new EndpointCounts()));
    }

}
