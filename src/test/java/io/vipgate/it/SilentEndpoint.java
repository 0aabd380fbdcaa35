package io.vipgate.it;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** Accepts, and then neither reads nor writes. Thread-safe. */
final class SilentEndpoint extends TestEndpoint {
    private final CountDownLatch closed = new CountDownLatch(1);

    SilentEndpoint(int buffers) {
        super("127.0.0.1", buffers);
    }

    @Override
    void serve(Peer peer) throws IOException {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        super.close();
        closed.countDown();
    }
}
