package io.vipgate.probe;

import io.vipgate.pool.Endpoint;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one endpoint again and again, on a virtual thread of its own: never two probes at the same time.
 *
 * <p>Thread-safe.
 */
final class Prober {
    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
    private static final int MAX_VOID_IN_A_ROW = 3;

    /** What becomes of a result. */
    interface Verdict {
        /**
         * Takes a result.
         *
         * @param begun when the probe began, in nanoseconds of the monotonic clock
         * @return from now until the next probe, in nanoseconds
         */
        long onResult(Prober prober, ProbeResult result, long begun) throws InterruptedException, ExecutionException;
    }

    private final String pool;
    private final Endpoint endpoint;
    private final Probe probe;
    private final HealthMonitor.Schedule schedule;
    private final StallDetector stalls;
    private final HealthCounts counts;
    private final Verdict verdict;
    private final Semaphore hurry = new Semaphore(0);
    @SuppressWarnings("NullAway.Init") // set by start, before anyone else sees this
    private Thread thread;
    private volatile boolean isEnded;

    Prober(String pool, Endpoint endpoint, Probe probe, HealthMonitor.Schedule schedule, StallDetector stalls,
            HealthCounts counts, Verdict verdict) {
        this.pool = pool;
        this.endpoint = endpoint;
        this.probe = probe;
        this.schedule = schedule;
        this.stalls = stalls;
        this.counts = counts;
        this.verdict = verdict;
    }

    void start() {
        thread = Thread.ofVirtual().name("vipgate-probe-" + endpoint.label()).unstarted(this::run);
        thread.start();
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    void end() {
        isEnded = true;
        thread.interrupt();
    }

    /** Live traffic has failed: the next probe comes soon. */
    void hurry() {
        hurry.release();
    }

    private void run() {
        stalls.begin();
        try {
            probeOn();
        } catch (InterruptedException | RejectedExecutionException e) {
            LOG.debug("probing of {}/{} ends", pool, endpoint.label());
        } finally {
            stalls.end();
        }
    }

    private void probeOn() throws InterruptedException {
        ProbeTarget target = schedule.targets().of(pool, endpoint);
        // First probes are spread over one interval.
        long delay = (long) (ThreadLocalRandom.current().nextDouble() * schedule.rules().intervalNanos());
        int voids = 0;
        while (!isEnded) {
            pause(delay);
            // Failures up to here are answered by the probe that begins now.
            hurry.drainPermits();
            long begun = System.nanoTime();
            ProbeResult result = check(target, begun);
            counts.onProbed(result.outcome(), System.nanoTime() - begun);
            if (result.outcome() == ProbeResult.Outcome.INCONCLUSIVE && voids < MAX_VOID_IN_A_ROW) {
                voids++;
                delay = schedule.rules().fastIntervalNanos();
            } else {
                voids = 0;
                delay = shortened(judged(result, begun));
            }
        }
    }

    /** A fault in one verdict must not end the probing either. */
    private long judged(ProbeResult result, long begun) throws InterruptedException {
        try {
            return verdict.onResult(this, result, begun);
        } catch (ExecutionException e) {
            LOG.error("a result of {}/{} could not be judged", pool, endpoint.label(), e);
            return schedule.rules().intervalNanos();
        }
    }

    private ProbeResult check(ProbeTarget target, long begun) throws InterruptedException {
        ProbeResult result = checkSafely(target, begun);
        boolean isFailure = result.outcome() == ProbeResult.Outcome.FAIL
                || result.outcome() == ProbeResult.Outcome.TIMEOUT;
        return isFailure && stalls.hasLaggedSince(begun)
                ? ProbeResult.inconclusive("gateway stalled: " + result.cause())
                : result;
    }

    /** A fault of ours in one check must not end the probing of its endpoint. */
    private ProbeResult checkSafely(ProbeTarget target, long begun) throws InterruptedException {
        try {
            return probe.check(target, begun + schedule.timeoutNanos());
        } catch (RuntimeException | Error e) {
            LOG.error("probe of {}/{} failed", pool, endpoint.label(), e);
            return ProbeResult.local("the probe itself failed: " + e);
        }
    }

    /** Waits, but not longer than the fast interval once live traffic has failed. */
    private void pause(long nanos) throws InterruptedException {
        if (hurry.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
            TimeUnit.NANOSECONDS.sleep(Math.min(nanos, schedule.rules().fastIntervalNanos()));
        }
    }

    private long shortened(long nanos) {
        return (long) (nanos * (1 - schedule.jitter() * ThreadLocalRandom.current().nextDouble()));
    }
}
