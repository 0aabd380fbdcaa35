package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The monitor with probes whose results the test decides. */
class HealthMonitorTest {
    private static final long MILLI = 1_000_000;
    private static final long BOUND_NANOS = 10_000 * MILLI;

    private final Endpoint first = endpoint("vip1");
    private final Endpoint second = endpoint("vip2");
    private final Pool pool = new Pool("nginx",
            new PoolSnapshot(List.of(new PoolSnapshot.Member(first, EndpointState.initial(1, false)),
                    new PoolSnapshot.Member(second, EndpointState.initial(1, false))), true));
    private final ScheduledExecutorService control = Executors.newSingleThreadScheduledExecutor();
    private final ProbeLoop loop = Checks.calm();
    private final Map<String, ProbeResult> results = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> checks = new ConcurrentHashMap<>();

    private static Endpoint endpoint(String name) {
        return new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80), 0);
    }

    @AfterEach
    void endControl() {
        control.shutdownNow();
        loop.close();
    }

    private ProbeResult check(ProbeTarget target, long deadlineNanos) {
        assertThat(deadlineNanos - System.nanoTime()).isLessThanOrEqualTo(50 * MILLI);
        checks.computeIfAbsent(target.endpoint(), _ -> new AtomicInteger()).incrementAndGet();
        return results.getOrDefault(target.endpoint(), ProbeResult.pass("fine"));
    }

    private final Probe probe = (_, target, deadlineNanos, whenOver) -> {
        whenOver.accept(check(target, deadlineNanos));
        return () -> {};
    };
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<String> cleared = new CopyOnWriteArrayList<>();
    private final HealthListener listener = new HealthListener() {
        @Override
        public void onReturning(Endpoint endpoint) {
            told.add(endpoint.name() + " returned");
        }

        @Override
        public void onCleared(Endpoint endpoint) {
            cleared.add(endpoint.name());
        }

        @Override
        public void onDown(Endpoint endpoint) {
            told.add(endpoint.name() + " down");
        }
    };

    private int checksOf(Endpoint endpoint) {
        AtomicInteger count = checks.get(endpoint.name());
        return count == null ? 0 : count.get();
    }

    private HealthMonitor monitor(long intervalNanos, boolean isProbed) {
        HealthMonitor monitor = new HealthMonitor(pool, listener, control, loop);
        monitor.configure(isProbed ? Optional.of(probe) : Optional.empty(),
                new HealthMonitor.Schedule(new HealthRules(intervalNanos, MILLI, 2, 3), 50 * MILLI, 0.1,
                        ProbeTargets.PLAIN, "test"));
        return monitor;
    }

    private EndpointState state(Endpoint endpoint) {
        return pool.snapshot().members().stream().filter(member -> member.endpoint().equals(endpoint)).findFirst()
                .orElseThrow().state();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + BOUND_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(MILLI);
        }
    }

    @Test
    void resultsBecomeHealthInTheSnapshot() {
        try (HealthMonitor monitor = monitor(5 * MILLI, true)) {
            monitor.update();
            await("both are up",
                    () -> state(first).health() == Health.UP && state(second).health() == Health.UP);

            results.put("vip1", ProbeResult.fail("status 503"));
            await("vip1 is down", () -> state(first).health() == Health.DOWN);
            assertThat(state(second).health()).isEqualTo(Health.UP);

            results.remove("vip1");
            await("vip1 is up", () -> state(first).health() == Health.UP);
            assertThat(told).containsExactly("vip1 down", "vip1 returned");
        }
    }

    @Test
    void healthOutlivesAChangeOfTheProbe() {
        results.put("vip1", ProbeResult.fail("status 503"));
        try (HealthMonitor monitor = monitor(5 * MILLI, true)) {
            monitor.update();
            await("vip1 is down", () -> state(first).health() == Health.DOWN);

            monitor.configure(Optional.of(probe), new HealthMonitor.Schedule(
                    new HealthRules(3_600_000 * MILLI, MILLI, 2, 3), 50 * MILLI, 0, ProbeTargets.PLAIN, "other"));
            assertThat(state(first).health()).isEqualTo(Health.DOWN);

            monitor.configure(Optional.empty(), new HealthMonitor.Schedule(
                    new HealthRules(MILLI, MILLI, 2, 3), 50 * MILLI, 0, ProbeTargets.PLAIN, "none"));
            assertThat(state(first).health()).as("nobody asks any more").isEqualTo(Health.UNKNOWN);
            await("the old probes are gone", () -> monitor.probing() == 0);
        }
    }

    @Test
    void voidResultsCountOnlyAfterThreeInARow() {
        results.put("vip1", ProbeResult.inconclusive("no local port"));
        try (HealthMonitor monitor = monitor(5 * MILLI, true)) {
            monitor.update();
            await("vip1 is down at last", () -> state(first).health() == Health.DOWN);
            assertThat(checksOf(first)).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void liveFailureMakesSuspectAndHurriesTheProbe() {
        try (HealthMonitor monitor = monitor(3_600_000 * MILLI, true)) {
            // Not started for the first probes, which would be spread over an hour: a failure calls for one.
            monitor.update();
            results.put("vip1", ProbeResult.fail("refused"));
            monitor.onLiveFailure(first, "a connect failed");
            await("vip1 is suspect or down",
                    () -> state(first).isSuspect() || state(first).health() == Health.DOWN);
            await("it is probed long before its time", () -> checksOf(first) > 0);
            assertThat(checksOf(second)).isZero();
        }
    }

    @Test
    void probeThatPassesAfterALiveFailureClearsTheEndpoint() {
        try (HealthMonitor monitor = monitor(5 * MILLI, true)) {
            monitor.update();
            await("vip1 is up", () -> state(first).health() == Health.UP);
            assertThat(cleared).isEmpty();
            monitor.onLiveFailure(first, "a connect failed");

            await("vip1 is cleared", () -> cleared.contains("vip1"));
            assertThat(state(first).isSuspect()).isFalse();
            assertThat(cleared).doesNotContain("vip2");
        }
    }

    @Test
    void suspicionOfAnEndpointThatNobodyProbesPasses() {
        try (HealthMonitor monitor = monitor(5 * MILLI, false)) {
            monitor.update();
            monitor.onLiveFailure(first, "a connect failed");
            await("vip1 is suspect", () -> state(first).isSuspect());
            await("vip1 is suspect no longer", () -> !state(first).isSuspect());
            assertThat(cleared).as("time alone shows nothing").isEmpty();
            assertThat(state(first).health()).isEqualTo(Health.UNKNOWN);
        }
    }

    @Test
    void operatorsOverrideAndWeightSurviveAChangeOfHealth() {
        pool.publish(pool.snapshot().with(first, state -> state.toWeight(7, 0).toAdmin(
                io.vipgate.pool.AdminState.DRAIN, 0)));
        try (HealthMonitor monitor = monitor(5 * MILLI, true)) {
            monitor.update();
            await("vip1 is up", () -> state(first).health() == Health.UP);
        }
        assertThat(state(first).weight()).isEqualTo(7);
        assertThat(state(first).admin()).isEqualTo(io.vipgate.pool.AdminState.DRAIN);
    }

    @Test
    void nobodyIsProbedAfterTheEnd() {
        HealthMonitor monitor = monitor(MILLI, true);
        monitor.update();
        await("probes run", () -> checksOf(first) > 3);
        monitor.close();
        assertThat(monitor.probing()).isZero();
        CountDownLatch turn = new CountDownLatch(1);
        loop.execute(turn::countDown);
        await("the loop has heard of it", () -> turn.getCount() == 0);
        int last = checksOf(first);
        long end = System.nanoTime() + 50 * MILLI;
        await("fifty intervals pass", () -> System.nanoTime() > end);
        assertThat(checksOf(first)).isEqualTo(last);
    }

    private static HealthMonitor.Schedule schedule(String... unprobed) {
        return new HealthMonitor.Schedule(new HealthRules(5 * MILLI, MILLI, 2, 3), 50 * MILLI, 0.1,
                new ProbeTargets(Optional.empty(), Set.of(unprobed), Map.of()), "test");
    }

    @Test
    void whoIsNotToBeProbedCountsAsUpAndIsNeverAsked() {
        try (HealthMonitor monitor = new HealthMonitor(pool, listener, control, loop)) {
            monitor.configure(Optional.of(probe), schedule("vip2"));
            monitor.update();
            await("vip1 was asked again and again", () -> checksOf(first) > 5);

            assertThat(state(second).health()).isEqualTo(Health.UP);
            assertThat(checksOf(second)).isZero();
            assertThat(monitor.observation(second).orElseThrow().lastProbe()).isEmpty();
        }
    }

    @Test
    void whoIsNotToBeProbedCountsAsUpWhereNobodyIsProbedToo() {
        try (HealthMonitor monitor = new HealthMonitor(pool, listener, control, loop)) {
            monitor.configure(Optional.empty(), schedule("vip2"));
            monitor.update();

            assertThat(state(first).health()).isEqualTo(Health.UNKNOWN);
            assertThat(state(second).health()).isEqualTo(Health.UP);

            monitor.configure(Optional.empty(), schedule());
            assertThat(state(second).health()).isEqualTo(Health.UNKNOWN);
        }
    }

    @Test
    void whoIsNotProbedIsSuspectForATimeAfterAFailedConnect() {
        try (HealthMonitor monitor = new HealthMonitor(pool, listener, control, loop)) {
            monitor.configure(Optional.of(probe), schedule("vip2"));
            monitor.update();

            monitor.onLiveFailure(second, "a connect failed");
            await("it is suspect", () -> state(second).isSuspect());
            assertThat(state(second).health()).isEqualTo(Health.UP);
            await("time clears it", () -> !state(second).isSuspect());
            assertThat(checksOf(second)).isZero();
        }
    }

    @Test
    void aReloadBeginsAndEndsTheProbingOfOneEndpointAlone() {
        results.put("vip2", ProbeResult.fail("status 503"));
        Optional<Probe> probed = Optional.of(probe);
        try (HealthMonitor monitor = new HealthMonitor(pool, listener, control, loop)) {
            monitor.configure(probed, schedule());
            monitor.update();
            await("vip2 is down", () -> state(second).health() == Health.DOWN);

            monitor.configure(probed, schedule("vip2"));
            assertThat(state(second).health()).isEqualTo(Health.UP);
            await("its prober is gone, the other's is not", () -> monitor.probing() == 1);
            assertThat(monitor.observation(second).orElseThrow().lastProbe()).isEmpty();

            monitor.configure(probed, schedule());
            await("the first result decides", () -> state(second).health() == Health.DOWN);
        }
    }

    @Test
    void anUnprobedEndpointIsNoEvidenceThatTheGatewaysLinkIsWell() {
        results.put("vip1", ProbeResult.fail("refused"));
        try (HealthMonitor monitor = new HealthMonitor(pool, listener, control, loop)) {
            monitor.configure(Optional.of(probe), schedule("vip2"));
            results.remove("vip1");
            monitor.update();
            await("vip1 is up", () -> state(first).health() == Health.UP);
            int before = checksOf(first);
            results.put("vip1", ProbeResult.fail("refused"));
            await("vip1 is down", () -> state(first).health() == Health.DOWN);
            assertThat(checksOf(first) - before).as("fall, and one failure more").isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void whatThisMachineLacksNeverCounts() {
        try (HealthMonitor monitor = monitor(5 * MILLI, true)) {
            monitor.update();
            await("vip1 is up", () -> state(first).health() == Health.UP);
            results.put("vip1", ProbeResult.local("this machine: too many open files"));
            int before = checksOf(first);
            await("many were in vain", () -> checksOf(first) > before + 40);
            assertThat(state(first)).isEqualTo(state(second));
            await("it is told", () -> monitor.observation(first).orElseThrow().lastProbe().orElseThrow().result()
                    .equals(ProbeResult.local("this machine: too many open files")));
        }
    }

    @Test
    void passesThatChangeNothingDoNotWaitForTheControlThread() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (HealthMonitor monitor = monitor(5 * MILLI, true)) {
            monitor.update();
            await("both are up",
                    () -> state(first).health() == Health.UP && state(second).health() == Health.UP);
            control.execute(() -> {
                try {
                    release.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            });
            int before = checksOf(first);
            await("it is probed on and on", () -> checksOf(first) > before + 20);

            results.put("vip1", ProbeResult.fail("refused"));
            int enough = checksOf(second) + 20;
            await("another one's failures wait, this one's passes do not", () -> checksOf(second) > enough);
            assertThat(state(first).health()).isEqualTo(Health.UP);
            release.countDown();
            await("vip1 is down", () -> state(first).health() == Health.DOWN);
        } finally {
            release.countDown();
        }
    }
}
