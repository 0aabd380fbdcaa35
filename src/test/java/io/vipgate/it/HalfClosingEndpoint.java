package io.vipgate.it;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Speaks, sends FIN at once, and reads to the end all the same. Thread-safe. */
final class HalfClosingEndpoint extends TestEndpoint {
    static final String FAREWELL = "that was all";
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

    @Override
    void serve(Peer peer) throws IOException {
        peer.send(FAREWELL);
        peer.fin();
        received.add(peer.receiveAll());
    }

    /** What came in on each connection, to its end. */
    BlockingQueue<byte[]> received() {
        return received;
    }
}
