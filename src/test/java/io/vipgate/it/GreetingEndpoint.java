package io.vipgate.it;

import java.io.IOException;

/** Speaks first, as SMTP and SSH do; then an echo. Thread-safe. */
final class GreetingEndpoint extends TestEndpoint {
    static final String GREETING = "220 ready\r\n";

    @Override
    void serve(Peer peer) throws IOException {
        peer.send(GREETING);
        byte[] buffer = new byte[1024];
        for (int read = peer.read(buffer, buffer.length); read >= 0; read = peer.read(buffer, buffer.length)) {
            peer.send(buffer, 0, read);
        }
    }
}
