package io.vipgate.probe;

import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the endpoints of one pool, each on a virtual thread of its own, and publishes what becomes of their health.
 *
 * <p>Confined to the control thread, to which probing threads hand their results; {@link #onLiveFailure} may be called from
 * any thread and never blocks.
 */
public final class HealthMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthMonitor.class);
    private static final int MOST_VOID_IN_A_ROW = 3;
    /** Without probes nothing clears a suspicion but time. */
    private static final long UNPROBED_SUSPICION_NANOS = 2_000_000_000L;

    private final Pool pool;
    private final Optional<Probe> probe;
    private final Schedule schedule;
    private final ScheduledExecutorService control;
    private final LagMeter lag;
    private final Map<Endpoint, Watch> watches = new HashMap<>();

    /**
     * When to probe, and what to make of it.
     *
     * @param rules intervals, rise and fall
     * @param timeoutNanos bound on one probe
     * @param jitter share of an interval that chance may take off, 0 to 1
     * @param port port to probe, empty for the endpoint's own
     * @param kind what log lines call the probe, such as {@code http}
     */
    public record Schedule(VitalsRules rules, long timeoutNanos, double jitter, Optional<Integer> port, String kind) {}

    /**
     * Makes a monitor that does nothing yet.
     *
     * @param probe empty to judge by live traffic alone
     * @param control the control thread
     */
    public HealthMonitor(Pool pool, Optional<Probe> probe, Schedule schedule, ScheduledExecutorService control) {
        this.pool = pool;
        this.probe = probe;
        this.schedule = schedule;
        this.control = control;
        lag = new LagMeter();
        for (PoolSnapshot.Member member : pool.snapshot().members()) {
            watches.put(member.endpoint(), new Watch(member.endpoint()));
        }
    }

    /** Begins to probe; first probes are spread over one interval. */
    public void start() {
        if (probe.isPresent()) {
            watches.values().forEach(watch -> watch.begin(probe.get()));
        }
    }

    /**
     * A connect of live traffic failed through no fault of this machine.
     *
     * @param endpoint one of the pool's
     */
    public void onLiveFailure(Endpoint endpoint) {
        Watch watch = watches.get(endpoint);
        // Under many failures a second one waits until the first has been looked at.
        if (watch != null && watch.hasFailureUnderWay.tryAcquire()) {
            try {
                control.execute(() -> {
                    watch.hasFailureUnderWay.release();
                    watch.onLiveFailure();
                });
            } catch (RejectedExecutionException e) {
                LOG.debug("the gateway stops");
            }
        }
    }

    /** Threads that probe now; for tests. */
    int probing() {
        return (int) watches.values().stream().filter(Watch::isAlive).count();
    }

    @Override
    public void close() {
        watches.values().forEach(Watch::end);
        lag.close();
    }

    /** One endpoint under observation. */
    private final class Watch {
        private final Endpoint endpoint;
        private final Semaphore hasFailureUnderWay = new Semaphore(1);
        private final Semaphore hurry = new Semaphore(0);
        private Vitals vitals = Vitals.unknown(System.nanoTime());
        private volatile boolean isEnded;
        private volatile @Nullable Thread thread;

        Watch(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        void begin(Probe probe) {
            thread = Thread.ofVirtual().name("vipgate-probe-" + endpoint.name()).start(() -> run(probe));
        }

        boolean isAlive() {
            Thread running = thread;
            return running != null && running.isAlive();
        }

        void end() {
            isEnded = true;
            Thread running = thread;
            if (running != null) {
                running.interrupt();
            }
        }

        // ---- on its own virtual thread ----

        private void run(Probe probe) {
            ProbeTarget target = new ProbeTarget(pool.name(), endpoint.name(), address());
            try {
                long delay = (long) (ThreadLocalRandom.current().nextDouble() * schedule.rules().intervalNanos());
                int voids = 0;
                while (!isEnded) {
                    pause(delay);
                    // Failures up to here are answered by the probe that begins now.
                    hurry.drainPermits();
                    long begun = System.nanoTime();
                    ProbeResult result = check(probe, target, begun);
                    if (result.outcome() == ProbeResult.Outcome.VOID && voids < MOST_VOID_IN_A_ROW) {
                        voids++;
                        delay = schedule.rules().fastIntervalNanos();
                    } else {
                        voids = 0;
                        delay = shortened(control.submit(() -> onResult(result, begun)).get());
                    }
                }
            } catch (InterruptedException | RejectedExecutionException e) {
                LOG.debug("probing of {}/{} ends", pool.name(), endpoint.name());
            } catch (ExecutionException | RuntimeException e) {
                LOG.error("probing of {}/{} failed", pool.name(), endpoint.name(), e);
            }
        }

        private InetSocketAddress address() {
            return schedule.port().map(port -> new InetSocketAddress(endpoint.address().getAddress(), port))
                    .orElse(endpoint.address());
        }

        private ProbeResult check(Probe probe, ProbeTarget target, long begun) throws InterruptedException {
            ProbeResult result = checkSafely(probe, target, begun);
            boolean isFailure = result.outcome() == ProbeResult.Outcome.FAIL
                    || result.outcome() == ProbeResult.Outcome.TIMEOUT;
            return isFailure && lag.hasLaggedSince(begun)
                    ? ProbeResult.ofNoWorth("this machine was held up: " + result.cause())
                    : result;
        }

        /** A fault of ours in one check must not end the probing of its endpoint. */
        private ProbeResult checkSafely(Probe probe, ProbeTarget target, long begun) throws InterruptedException {
            try {
                return probe.check(target, begun + schedule.timeoutNanos());
            } catch (RuntimeException | LinkageError | AssertionError e) {
                LOG.error("probe of {}/{} failed", pool.name(), endpoint.name(), e);
                return ProbeResult.ofNoWorth("the probe itself failed: " + e);
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

        // ---- on the control thread ----

        private long onResult(ProbeResult result, long begun) {
            long now = System.nanoTime();
            String cause = "probe " + schedule.kind() + ": " + result.cause();
            switch (result.outcome()) {
                case PASS -> {
                    become(vitals.toPassed(schedule.rules(), begun, now, isOtherUp()), cause);
                    watches.values().stream().filter(other -> !other.equals(this))
                            .forEach(other -> other.vitals = other.vitals.toForgivenDarkness());
                }
                // A fourth void result in a row means that this machine can't tell any more: it counts.
                case FAIL, TIMEOUT, VOID ->
                    become(vitals.toFailed(schedule.rules(), now, isOther(state -> !state.isSuspect())), cause);
            }
            return vitals.nextProbeAfter(schedule.rules());
        }

        private void onLiveFailure() {
            become(vitals.toSuspect(System.nanoTime()), "a connect of live traffic failed");
            if (probe.isPresent()) {
                hurry.release();
            } else {
                long since = vitals.suspectSince();
                Future<?> _ = control.schedule(() -> {
                    if (vitals.isSuspect() && vitals.suspectSince() == since) {
                        become(vitals.toUnsuspected(), "nothing is known against it any more");
                    }
                }, UNPROBED_SUSPICION_NANOS, TimeUnit.NANOSECONDS);
            }
        }

        private boolean isOtherUp() {
            return isOther(_ -> true);
        }

        /** Whether another endpoint that is not down and may be chosen is like that. */
        private boolean isOther(Predicate<EndpointState> isSuch) {
            return pool.snapshot().members().stream().anyMatch(member -> !member.endpoint().equals(endpoint)
                    && member.state().isEligible() && member.state().health() != Health.DOWN
                    && isSuch.test(member.state()));
        }

        private void become(Vitals next, String cause) {
            Vitals before = vitals;
            vitals = next;
            if (before.health() != next.health() || before.isSuspect() != next.isSuspect()) {
                pool.publish(pool.snapshot().with(endpoint,
                        state -> state.toHealth(next.health()).toSuspect(next.isSuspect())));
                tell(before, next, cause);
            }
        }

        private void tell(Vitals before, Vitals next, String cause) {
            String name = pool.name() + "/" + endpoint.name();
            if (before.health() == next.health()) {
                LOG.debug("endpoint {} is {}: {}", name, next.isSuspect() ? "suspect" : "no longer suspect", cause);
            } else if (next.health() == Health.DOWN) {
                LOG.warn("endpoint {} is DOWN: {} ({} in a row){}", name, cause, next.failures(),
                        isOtherUp() ? "" : "; pool " + pool.name() + " has no endpoint that is up");
            } else {
                LOG.info("endpoint {} is UP: {} ({} in a row)", name, cause, next.passes());
            }
        }
    }
}
