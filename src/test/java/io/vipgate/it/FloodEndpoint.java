package io.vipgate.it;

import java.io.IOException;

/** Sends as much as it can, for ever. Thread-safe. */
final class FloodEndpoint extends TestEndpoint {
    FloodEndpoint(int buffers) {
        super("127.0.0.1", buffers);
    }

    @Override
    void serve(Peer peer) throws IOException {
        byte[] bytes = new byte[64 << 10];
        while (!peer.socket().isClosed()) {
            peer.send(bytes);
        }
    }
}
