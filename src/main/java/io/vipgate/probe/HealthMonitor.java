package io.vipgate.probe;

import io.vipgate.pool.AdminState;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Health;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over the endpoints of one pool: has them probed, and publishes what becomes of their health. What is known of
 * an endpoint outlives a change of the probe.
 *
 * <p>Confined to the control thread, to which probers hand results that change anything; {@link #onLiveFailure} may be
 * called from any thread and never blocks.
 */
public final class HealthMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthMonitor.class);
    /** Without probes nothing clears a suspicion but time. */
    private static final long UNPROBED_SUSPICION_NANOS = 2_000_000_000L;
    private static final String UNPROBED = "it is not probed";

    private final Pool pool;
    private final HealthListener listener;
    private final ScheduledExecutorService control;
    private final ProbeLoop loop;
    private final Map<Endpoint, Watch> watches = new ConcurrentHashMap<>();
    private final Map<String, HealthCounts> counts = new ConcurrentHashMap<>();
    /** Whether any endpoint may have failures that are taken back when another one answers. */
    private volatile boolean hasOutageFailures;
    private Optional<Probe> probe = Optional.empty();
    private Schedule schedule = new Schedule(new HealthRules(1, 1, 1, 1), 1, 0, ProbeTargets.PLAIN, "none");

    /**
     * When to probe, and what to make of it.
     *
     * @param rules intervals, rise and fall
     * @param timeoutNanos bound on one probe
     * @param jitter share of an interval that chance may take off, 0 to 1
     * @param targets where each endpoint is probed
     * @param kind what log lines call the probe, such as {@code http}
     */
    public record Schedule(HealthRules rules, long timeoutNanos, double jitter, ProbeTargets targets, String kind) {
        /** Whether only the targets differ, if anything does. */
        boolean isLike(Schedule other) {
            return new Schedule(rules, timeoutNanos, jitter, other.targets, kind).equals(other);
        }
    }

    /**
     * Makes a monitor that does nothing yet.
     *
     * @param control the control thread
     * @param loop where probes run; the monitor does not close it
     */
    public HealthMonitor(Pool pool, HealthListener listener, ScheduledExecutorService control, ProbeLoop loop) {
        this.pool = pool;
        this.listener = listener;
        this.control = control;
        this.loop = loop;
    }

    /**
     * Probes in this way from now on. Who is probed as before goes on without a break; what is known of the others stays,
     * unless nobody will ask any more.
     *
     * @param newProbe empty to judge by live traffic alone; another object is another probe
     */
    public void configure(Optional<Probe> newProbe, Schedule newSchedule) {
        boolean isOtherWay = !newProbe.equals(probe) || !newSchedule.isLike(schedule);
        List<Watch> changed = watches.values().stream()
                .filter(watch -> isOtherWay || watch.isOtherTarget(newSchedule.targets())).toList();
        probe = newProbe;
        schedule = newSchedule;
        for (Watch watch : changed) {
            watch.end();
            watch.begin();
        }
    }

    /** Watches over whoever is in the pool now, and no longer over who is not. */
    public void update() {
        List<Endpoint> present = pool.snapshot().members().stream().map(PoolSnapshot.Member::endpoint).toList();
        watches.forEach((endpoint, watch) -> {
            if (!present.contains(endpoint)) {
                watch.end();
            }
        });
        watches.keySet().retainAll(present);
        counts.keySet().retainAll(present.stream().map(Endpoint::name).toList());
        for (Endpoint endpoint : present) {
            if (!watches.containsKey(endpoint)) {
                Watch added = new Watch(endpoint);
                watches.put(endpoint, added);
                added.begin();
            }
        }
    }

    /**
     * Connects of live traffic speak against an endpoint, and are no fault of this machine.
     *
     * @param endpoint one of the pool's
     * @param cause what they say, for the log
     */
    public void onLiveFailure(Endpoint endpoint, String cause) {
        Watch watch = watches.get(endpoint);
        // Under many failures a second one waits until the first has been looked at.
        if (watch != null && watch.hasFailureUnderWay.tryAcquire()) {
            try {
                control.execute(() -> {
                    watch.hasFailureUnderWay.release();
                    watch.onLiveFailure(cause);
                });
            } catch (RejectedExecutionException e) {
                LOG.debug("shutting down: a change of health is dropped");
            }
        }
    }

    /** What was counted of the endpoints that are in the pool, by name. From any thread. */
    public Map<String, HealthCounts> counts() {
        return Map.copyOf(counts);
    }

    /** What is known of an endpoint besides its state; empty when it is none of the pool's. From any thread. */
    public Optional<Observation> observation(Endpoint endpoint) {
        return Optional.ofNullable(watches.get(endpoint)).map(Watch::observation);
    }

    /** Endpoints that are probed now; for tests. */
    int probing() {
        return (int) watches.values().stream().filter(Watch::isProbing).count();
    }

    @Override
    public void close() {
        watches.values().forEach(Watch::end);
    }

    private void takeOutageFailuresBack(Watch passed) {
        if (hasOutageFailures) {
            watches.values().stream().filter(other -> !other.equals(passed))
                    .forEach(other -> other.health = other.health.withoutOutageFailures());
            hasOutageFailures = false;
        }
    }

    /** One endpoint under observation. */
    private final class Watch {
        private final Endpoint endpoint;
        private final HealthCounts counted;
        private final Semaphore hasFailureUnderWay = new Semaphore(1);
        private volatile HealthState health = HealthState.unknown(System.nanoTime());
        private volatile @Nullable Prober prober;
        private boolean isProbed = true;
        private volatile boolean isLocalTold;
        private volatile Optional<Observation.LastProbe> lastProbe = Optional.empty();

        Watch(Endpoint endpoint) {
            this.endpoint = endpoint;
            counted = counts.computeIfAbsent(endpoint.name(), _ -> new HealthCounts());
        }

        /** Has it probed, or settles what it counts as without. */
        void begin() {
            boolean wasProbed = isProbed;
            isProbed = schedule.targets().isProbed(endpoint);
            long now = System.nanoTime();
            if (probe.isEmpty() && isProbed) {
                become(HealthState.unknown(now), UNPROBED);
            } else if (isProbed && !wasProbed) {
                become(HealthState.unknown(now), "it is probed from now on");
            } else if (!isProbed && (wasProbed || health.health() != Health.UP)) {
                become(HealthState.unprobed(now), UNPROBED);
            }
            if (probe.isEmpty() || !isProbed) {
                lastProbe = Optional.empty();
            } else {
                Prober begun = new Prober(loop, pool.name(), endpoint, probe.get(), schedule, counted,
                        this::onProbed);
                prober = begun;
                begun.start();
            }
        }

        boolean isOtherTarget(ProbeTargets next) {
            return next.isProbed(endpoint) != isProbed
                    || !next.of(pool.name(), endpoint).equals(schedule.targets().of(pool.name(), endpoint));
        }

        boolean isProbing() {
            Prober running = prober;
            return running != null && running.isAlive();
        }

        Observation observation() {
            return new Observation(lastProbe, Instant.now().minusNanos(System.nanoTime() - health.changedAt()));
        }

        void end() {
            Prober running = prober;
            prober = null;
            if (running != null) {
                running.end();
            }
        }

        /** On the probes' loop. */
        private void onProbed(Prober from, ProbeResult result, long begun) {
            if (from == prober) {
                lastProbe = Optional.of(new Observation.LastProbe(result, Instant.now(),
                        Duration.ofNanos(System.nanoTime() - begun)));
                if (from != prober) {
                    // Control has ended it at this moment.
                    lastProbe = Optional.empty();
                }
            }
            if (isNothingNew(result)) {
                from.nextAsUsual();
                return;
            }
            try {
                control.execute(() -> judge(from, result, begun));
            } catch (RejectedExecutionException e) {
                LOG.debug("shutting down: a result of {}/{} is dropped", pool.name(), endpoint.label());
            }
        }

        /** Whether it would change nothing: the control thread needn't hear of it. */
        private boolean isNothingNew(ProbeResult result) {
            return result.outcome() == ProbeResult.Outcome.PASS && health.isSteady() && !isLocalTold
                    && !hasOutageFailures;
        }

        /** A fault in one verdict must not end the probing. */
        private void judge(Prober from, ProbeResult result, long begun) {
            long next = schedule.rules().intervalNanos();
            try {
                next = onResult(from, result, begun);
            } catch (RuntimeException | Error e) {
                LOG.error("a result of {}/{} could not be judged", pool.name(), endpoint.label(), e);
            } finally {
                from.next(next);
            }
        }

        private long onResult(Prober from, ProbeResult result, long begun) {
            if (from != prober) {
                // Of a probe that is not in use any more.
                return schedule.rules().intervalNanos();
            }
            long now = System.nanoTime();
            String cause = "probe " + schedule.kind() + ": " + result.cause();
            if (result.isLocal()) {
                // However often: what this machine lacks says nothing about the endpoint.
                if (!isLocalTold) {
                    LOG.warn("endpoint {}/{} can't be probed now: {}", pool.name(), endpoint.label(), result.cause());
                }
                isLocalTold = true;
                return health.nextProbeAfter(schedule.rules());
            }
            isLocalTold = false;
            switch (result.outcome()) {
                case PASS -> {
                    boolean wasSuspect = health.health() == Health.UP && health.isSuspect();
                    become(health.toPassed(schedule.rules(), begun, now, isOther(this::mayStandIn)), cause);
                    takeOutageFailuresBack(this);
                    if (wasSuspect && !health.isSuspect()) {
                        listener.onCleared(endpoint);
                    }
                }
                // A fourth void result in a row means that this machine can't tell any more: it counts.
                case FAIL, TIMEOUT, INCONCLUSIVE ->
                    become(health.toFailed(schedule.rules(), now, isOther(this::isGood)), cause);
            }
            return health.nextProbeAfter(schedule.rules());
        }

        private void onLiveFailure(String cause) {
            become(health.toSuspect(System.nanoTime()), cause);
            Prober running = prober;
            if (running != null) {
                running.hurry();
            } else {
                long since = health.suspectSince();
                Future<?> _ = control.schedule(() -> {
                    if (health.isSuspect() && health.suspectSince() == since) {
                        become(health.toUnsuspected(), "nothing is known against it any more");
                    }
                }, UNPROBED_SUSPICION_NANOS, TimeUnit.NANOSECONDS);
            }
        }

        /** Whether an endpoint that comes back can be kept waiting, since this one serves meanwhile. No sorry server does. */
        private boolean mayStandIn(PoolSnapshot.Member other) {
            return !other.state().isBackup() || schedule.targets().isProbed(other.endpoint());
        }

        /** Whether it shows that this machine's own link is well. Nobody knows that of one that is not probed. */
        private boolean isGood(PoolSnapshot.Member other) {
            return !other.state().isSuspect() && (probe.isEmpty() || schedule.targets().isProbed(other.endpoint()));
        }

        /** Whether another endpoint that is not down and may be chosen is like that. */
        private boolean isOther(Predicate<PoolSnapshot.Member> isSuch) {
            return pool.snapshot().members().stream().anyMatch(member -> !member.endpoint().equals(endpoint)
                    && member.state().isEligible() && member.state().health() != Health.DOWN && isSuch.test(member));
        }

        private void become(HealthState next, String cause) {
            HealthState before = health;
            health = next;
            if (next.hasOutageFailures()) {
                hasOutageFailures = true;
            }
            if (before.health() == next.health() && before.isSuspect() == next.isSuspect()) {
                return;
            }
            if (before.health() != next.health() && next.health() != Health.UNKNOWN) {
                counted.onTransition(next.health() == Health.UP);
            }
            if (before.health() == Health.DOWN && next.health() == Health.UP) {
                listener.onReturning(endpoint);
            }
            pool.publish(pool.snapshot().with(endpoint,
                    state -> state.toHealth(next.health()).toSuspect(next.isSuspect())));
            tell(before, next, cause);
            if (before.health() != next.health()) {
                listener.onHealth(endpoint, next.health(), cause);
            }
            if (before.health() != Health.DOWN && next.health() == Health.DOWN) {
                listener.onDown(endpoint);
            }
        }

        private void tell(HealthState before, HealthState next, String cause) {
            String name = pool.name() + "/" + endpoint.label();
            if (before.health() == next.health()) {
                LOG.debug("endpoint {} is {}: {}", name, next.isSuspect() ? "suspect" : "no longer suspect", cause);
            } else if (next.health() == Health.UNKNOWN) {
                LOG.info("endpoint {} is UNKNOWN: {}", name, cause);
            } else if (next.health() == Health.UP) {
                LOG.info("endpoint {} is UP: {}{}", name, cause,
                        next.passes() == 0 ? "" : " (" + next.passes() + " in a row)");
            } else if (isWanted()) {
                LOG.warn("endpoint {} is DOWN: {} ({} in a row){}", name, cause, next.failures(),
                        isOther(_ -> true) ? "" : "; pool " + pool.name() + " has no endpoint that is up");
            } else {
                LOG.info("endpoint {}, which is not READY, is DOWN: {} ({} in a row)", name, cause, next.failures());
            }
        }

        /** An endpoint that the operator has taken out may well be down. */
        private boolean isWanted() {
            return pool.snapshot().members().stream().noneMatch(
                    member -> member.endpoint().equals(endpoint) && member.state().admin() != AdminState.READY);
        }
    }
}
