package io.vipgate;

import io.vipgate.config.ShutdownConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway as a process of the system: what its signals do.
 *
 * <pre>
 * running ──SIGTERM, SIGINT──► grace (still accepting) ──► drain ──► stopped
 *                                     └──a second one, any time──► stopped at once
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class GatewayProcess {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);

    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch second = new CountDownLatch(1);
    private volatile boolean isServing;

    /**
     * Takes the signals over. To be called before the gateway serves: until then SIGTERM ends the process without a
     * drain.
     */
    public GatewayProcess() {
        AtomicInteger signals = new AtomicInteger();
        Runnable stop = () -> onStop(signals.incrementAndGet());
        Signals.on("TERM", stop);
        Signals.on("INT", stop);
        Signals.on("HUP",
                () -> LOG.warn("SIGHUP: this version can't reload; restart it to read the configuration again"));
    }

    private void onStop(int count) {
        if (count == 1) {
            first.countDown();
        } else if (!isServing) {
            // The start hangs, perhaps in a name lookup, and nothing is there to drain.
            Runtime.getRuntime().halt(1);
        } else {
            second.countDown();
        }
    }

    /**
     * Waits for SIGTERM or SIGINT, unless one has come already, then stops the gateway as configured.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    public void untilStopped(Gateway gateway, ShutdownConfig shutdown) throws InterruptedException {
        isServing = true;
        first.await();
        Duration grace = shutdown.grace();
        LOG.info("stopping: {} ms of grace, then up to {} ms for open relays", grace.toMillis(),
                shutdown.drain().toMillis());
        Thread stopper = Thread.ofPlatform().name("vipgate-stop").daemon()
                .start(() -> drain(gateway, shutdown, second));
        // A second signal stops the waiting, and the close that follows resets what is left.
        second.await();
        stopper.interrupt();
        stopper.join(TimeUnit.SECONDS.toMillis(1));
    }

    private static void drain(Gateway gateway, ShutdownConfig shutdown, CountDownLatch done) {
        try {
            Thread.sleep(shutdown.grace());
            int open = gateway.drain(shutdown.drain());
            LOG.info("stopped; {} relays were open when the drain began", open);
        } catch (InterruptedException e) {
            LOG.info("stopped at once by a second signal");
        } finally {
            done.countDown();
        }
    }
}
