package io.vipgate.it;

import java.io.IOException;

/** Answers each connection with one letter and closes it. Thread-safe. */
final class NamingEndpoint extends TestEndpoint {
    private final char letter;

    NamingEndpoint(char letter) {
        this.letter = letter;
    }

    @Override
    void serve(Peer peer) throws IOException {
        peer.send(String.valueOf(letter));
        peer.fin();
        byte[] _ = peer.receiveAll();
    }
}
