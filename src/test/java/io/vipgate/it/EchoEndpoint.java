package io.vipgate.it;

import java.io.IOException;

/** Sends back what it gets, and FIN for FIN. Thread-safe. */
final class EchoEndpoint extends TestEndpoint {
    EchoEndpoint() {}

    EchoEndpoint(String address) {
        super(address, 0);
    }

    @Override
    void serve(Peer peer) throws IOException {
        byte[] buffer = new byte[16 << 10];
        for (int read = peer.read(buffer, buffer.length); read >= 0; read = peer.read(buffer, buffer.length)) {
            peer.send(buffer, 0, read);
        }
    }
}
