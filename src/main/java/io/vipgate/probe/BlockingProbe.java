package io.vipgate.probe;

import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A kind of check that waits: for a TLS handshake, for a command. Each of its checks has a virtual thread.
 *
 * <p>Implementations are thread-safe: one object checks every endpoint of a pool.
 */
@FunctionalInterface
interface BlockingProbe extends Probe {
    /**
     * Runs one check on the calling thread. Returns by the deadline, whatever the endpoint does.
     *
     * @param deadlineNanos when it must be over, in the time of {@link System#nanoTime()}
     * @return what came of it; never throws because of the endpoint
     * @throws InterruptedException if the thread is interrupted, since nobody wants the result any more
     */
    ProbeResult check(ProbeTarget target, long deadlineNanos) throws InterruptedException;

    @Override
    default Check begin(ProbeLoop loop, ProbeTarget target, long deadlineNanos, Consumer<ProbeResult> whenOver) {
        Logger log = LoggerFactory.getLogger(BlockingProbe.class);
        String name = target.pool() + "/" + target.endpoint();
        // From here on, since what the thread waits for a carrier counts against the deadline.
        StallDetector.Watch watch = loop.blockingStalls().watch();
        Thread thread = Thread.ofVirtual().name("vipgate-probe-" + target.endpoint()).unstarted(() -> {
            try (watch) {
                ProbeResult result = watch.judge(checkSafely(target, deadlineNanos, log, name));
                loop.execute(() -> whenOver.accept(result));
            } catch (RejectedExecutionException e) {
                log.debug("a check of {} ends with the loop", name);
            }
        });
        try {
            thread.start();
        } catch (RuntimeException | Error e) {
            watch.close();
            throw e;
        }
        return thread::interrupt;
    }

    private ProbeResult checkSafely(ProbeTarget target, long deadlineNanos, Logger log, String name) {
        try {
            return check(target, deadlineNanos);
        } catch (InterruptedException e) {
            // Whoever has cancelled it ignores the result.
            return ProbeResult.inconclusive("interrupted");
        } catch (RuntimeException | Error e) {
            log.error("probe of {} failed", name, e);
            return ProbeResult.ofFault(e);
        }
    }
}
