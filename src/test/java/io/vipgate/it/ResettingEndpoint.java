package io.vipgate.it;

import java.io.IOException;

/** Resets each connection after its first bytes. Thread-safe. */
final class ResettingEndpoint extends TestEndpoint {
    @Override
    void serve(Peer peer) throws IOException {
        byte[] buffer = new byte[1024];
        int _ = peer.read(buffer, buffer.length);
        peer.reset();
    }
}
