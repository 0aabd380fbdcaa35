package io.vipgate.relay;

import io.vipgate.linux.SystemCalls;
import io.vipgate.pool.Endpoint;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

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

    /** Every relay of a loop, a line each, with what its flows and sockets wait for. */
    public static String describe(RelayLoop loop) {
        StringBuilder found = new StringBuilder();
        for (int i = 0; i < loop.relays(); i++) {
            Relay relay = loop.relay(i);
            found.append(RelayView.of(relay)).append('\n');
            describe(found, "to the endpoint", relay.clientToBackend);
            describe(found, "to the client", relay.backendToClient);
        }
        return found.toString();
    }

    private static void describe(StringBuilder found, String name, @Nullable Flow flow) {
        if (flow != null) {
            found.append("    ").append(name).append(": descriptor ").append(flow.source.fd).append(" to ")
                    .append(flow.target.fd).append(", delivered ").append(flow.delivered()).append(", piped ")
                    .append((flow.pipe == null ? 0 : flow.pipe.held())).append(", pending ")
                    .append(flow.pending == null ? 0 : flow.pending.length())
                    .append(flow.isStreaming ? ", streaming" : "").append(flow.isEnded ? ", ended" : "")
                    .append(flow.isFinished ? ", finished" : "").append(flow.sourceLost ? ", source lost" : "")
                    .append(flow.targetLost ? ", target lost" : "")
                    .append(flow.source.isReadable ? ", source readable" : "")
                    .append(flow.source.hasFin ? ", source has FIN" : "")
                    .append(flow.source.isUrgent ? ", source urgent" : "")
                    .append(flow.source.isReset ? ", source reset" : "")
                    .append(flow.target.isWritable ? ", target writable" : "").append('\n');
        }
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
                new LoopEndpoint(new Endpoint("test", endpoint, 0), localPorts));
    }

}
