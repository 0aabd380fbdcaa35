package io.vipgate.it;

import java.io.IOException;
import java.time.Duration;

/** Sends so many bytes, one after each interval, then FIN. Thread-safe. */
final class SlowEndpoint extends TestEndpoint {
    private final Duration interval;
    private final int bytes;

    SlowEndpoint(Duration interval, int bytes) {
        this.interval = interval;
        this.bytes = bytes;
    }

    @Override
    void serve(Peer peer) throws IOException {
        for (int i = 0; i < bytes; i++) {
            Pause.of(interval, "a slow endpoint takes its time");
            peer.send(new byte[]{(byte) i});
        }
        peer.fin();
        byte[] _ = peer.receiveAll();
    }
}
