package io.vipgate.it;

import java.io.IOException;

/** An echo that reads and writes single bytes, each in a segment of its own. Thread-safe. */
final class OneByteEndpoint extends TestEndpoint {
    @Override
    void serve(Peer peer) throws IOException {
        byte[] one = new byte[1];
        while (peer.read(one, 1) > 0) {
            peer.send(one);
        }
    }
}
