package io.vipgate.operations;

import io.vipgate.admin.HealthSource;
import io.vipgate.gateway.GatewayView;
import io.vipgate.pool.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Whether new clients should be sent to this gateway: not while it stops, and not while a pool of
 * {@code readiness.pools} has had no endpoint up for a while.
 *
 * <p>Thread-safe.
 */
public final class Readiness implements HealthSource, AutoCloseable {
    /** A loop that has not ticked for so long is not alive. */
    public static final Duration MAX_LOOP_SILENCE = Duration.ofSeconds(5);

    private static final long EVERY_MILLIS = 200;
    private static final long OUTAGE_NANOS = 3_000_000_000L;

    private final GatewayView gateway;
    private final Map<String, Long> lastUp = new ConcurrentHashMap<>();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("vipgate-readiness").daemon().factory());

    /** Makes one that has not looked yet. */
    public Readiness(GatewayView gateway) {
        this.gateway = gateway;
    }

    /** Begins to look, several times a second. */
    public void start() {
        Future<?> _ = looking.scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long now = System.nanoTime();
        List<String> wanted = gateway.config().readiness().pools();
        lastUp.keySet().retainAll(wanted);
        for (String pool : wanted) {
            if (hasUp(pool)) {
                lastUp.put(pool, now);
            } else {
                lastUp.putIfAbsent(pool, now);
            }
        }
    }

    private boolean hasUp(String pool) {
        return gateway.findPool(pool).map(found -> found.snapshot().members().stream()
                .anyMatch(member -> member.state().health() != Health.DOWN)).orElse(false);
    }

    @Override
    public boolean isAlive() {
        return gateway.isAlive(MAX_LOOP_SILENCE);
    }

    @Override
    public boolean isStopping() {
        return gateway.isStopping();
    }

    @Override
    public List<String> reasonsAgainstClients() {
        List<String> reasons = new ArrayList<>();
        if (isStopping()) {
            reasons.add("shutting down");
        }
        long now = System.nanoTime();
        for (String pool : gateway.config().readiness().pools()) {
            if (now - lastUp.getOrDefault(pool, now) >= OUTAGE_NANOS) {
                reasons.add("pool " + pool + " has had no endpoint up for 3 s");
            }
        }
        return reasons;
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
