package io.vipgate.probe;

import io.vipgate.pool.Endpoint;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one endpoint again and again: never two probes at the same time.
 *
 * <pre>
 *          due              result                  next
 * WAITING ─────► CHECKING ──────────► JUDGING ──────────────► WAITING
 *    │               │ inconclusive ─────────────────────────────▲
 *    └───────────────┴──────── end ──────┴──► ENDED
 * </pre>
 *
 * <p>Confined to the probes' loop, but for {@link #start}, {@link #end}, {@link #hurry}, {@link #next} and
 * {@link #isAlive}, which are thread-safe.
 */
final class Prober {
    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
    private static final int MAX_VOID_IN_A_ROW = 3;
    /** Probes that are due at nearly the same time begin at the same one: the loop wakes up once for all of them. */
    private static final long MAX_SLACK_NANOS = 1 << 23;
    private static final int SLACKS_PER_DELAY = 32;

    private enum State {
        WAITING, CHECKING, JUDGING, ENDED
    }

    /** What becomes of a result. */
    interface Verdict {
        /**
         * Takes a result, on the probes' loop, and sees to it that {@link Prober#next} is called.
         *
         * @param begun when the probe began, in nanoseconds of the monotonic clock
         */
        void onResult(Prober prober, ProbeResult result, long begun);
    }

    private final ProbeLoop loop;
    private final ProbeTarget target;
    private final Probe probe;
    private final HealthMonitor.Schedule schedule;
    private final HealthCounts counts;
    private final Verdict verdict;
    private volatile State state = State.WAITING;
    private @Nullable Future<?> timer;
    private Probe.@Nullable Check check;
    private long dueAt;
    private long begun;
    private int voids;
    /** Live traffic has failed since the last probe began. */
    private boolean isHurried;

    Prober(ProbeLoop loop, String pool, Endpoint endpoint, Probe probe, HealthMonitor.Schedule schedule,
            HealthCounts counts, Verdict verdict) {
        this.loop = loop;
        this.probe = probe;
        this.schedule = schedule;
        this.counts = counts;
        this.verdict = verdict;
        target = schedule.targets().of(pool, endpoint);
    }

    /** First probes are spread over one interval. */
    void start() {
        tell(() -> await((long) (ThreadLocalRandom.current().nextDouble() * schedule.rules().intervalNanos())));
    }

    boolean isAlive() {
        return state != State.ENDED;
    }

    /** Ends the check that is under way, too. */
    void end() {
        tell(this::endNow);
    }

    /** Live traffic has failed: the next probe comes soon. */
    void hurry() {
        tell(() -> {
            isHurried = true;
            long soon = System.nanoTime() + schedule.rules().fastIntervalNanos();
            if (state == State.WAITING && soon - dueAt < 0) {
                awaitUntil(soon);
            }
        });
    }

    /** The last result is judged. */
    void next(long delayNanos) {
        if (loop.inLoop()) {
            awaitNext(delayNanos);
        } else {
            tell(() -> awaitNext(delayNanos));
        }
    }

    /** The last result changes nothing. */
    void nextAsUsual() {
        next(schedule.rules().intervalNanos());
    }

    private void tell(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("shutting down: probing of {}/{} ends", target.pool(), target.endpoint());
            state = State.ENDED;
        }
    }

    private void endNow() {
        state = State.ENDED;
        stopTimer();
        if (check != null) {
            check.cancel();
            check = null;
        }
    }

    private void awaitNext(long delayNanos) {
        if (state == State.JUDGING) {
            await((long) (delayNanos * (1 - schedule.jitter() * ThreadLocalRandom.current().nextDouble())));
        }
    }

    /** Waits, but not longer than the fast interval once live traffic has failed. */
    private void await(long nanos) {
        if (state != State.ENDED) {
            state = State.WAITING;
            long delay = isHurried ? Math.min(nanos, schedule.rules().fastIntervalNanos()) : nanos;
            long slack = Math.min(MAX_SLACK_NANOS, Long.highestOneBit(delay / SLACKS_PER_DELAY));
            long exact = System.nanoTime() + delay;
            awaitUntil(slack == 0 ? exact : Math.floorDiv(exact + slack / 2, slack) * slack);
        }
    }

    private void awaitUntil(long nanos) {
        stopTimer();
        dueAt = nanos;
        timer = loop.scheduleAt(this::probe, nanos);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void probe() {
        timer = null;
        state = State.CHECKING;
        // Failures up to here are answered by the probe that begins now.
        isHurried = false;
        begun = System.nanoTime();
        try {
            Probe.Check begunCheck = probe.begin(loop, target, begun + schedule.timeoutNanos(), this::onOver);
            if (state == State.CHECKING) {
                check = begunCheck;
            }
        } catch (RuntimeException | Error e) {
            LOG.error("probe of {}/{} failed", target.pool(), target.endpoint(), e);
            onOver(ProbeResult.ofFault(e));
        }
    }

    private void onOver(ProbeResult result) {
        if (state != State.CHECKING) {
            return;
        }
        check = null;
        state = State.JUDGING;
        counts.onProbed(result.outcome(), System.nanoTime() - begun);
        if (result.outcome() == ProbeResult.Outcome.INCONCLUSIVE && voids < MAX_VOID_IN_A_ROW) {
            voids++;
            await(schedule.rules().fastIntervalNanos());
        } else {
            voids = 0;
            try {
                verdict.onResult(this, result, begun);
            } catch (RuntimeException | Error e) {
                LOG.error("a result of {}/{} is lost", target.pool(), target.endpoint(), e);
                nextAsUsual();
            }
        }
    }
}
