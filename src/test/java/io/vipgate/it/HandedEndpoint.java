package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Hands each connection to the test, which does with it what it likes. Thread-safe. */
final class HandedEndpoint extends TestEndpoint {
    private final BlockingQueue<Peer> handed = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** The next connection. */
    Peer next() throws InterruptedException {
        Peer peer = handed.poll(10, TimeUnit.SECONDS);
        assertThat((@Nullable Object) peer).as("a connection to the endpoint within 10 s").isNotNull();
        return java.util.Objects.requireNonNull(peer);
    }

    @Override
    void serve(Peer peer) throws IOException {
        handed.add(peer);
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
