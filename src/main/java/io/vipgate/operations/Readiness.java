package io.vipgate.operations;

import io.vipgate.admin.HealthSource;
import io.vipgate.gateway.GatewayView;
import io.vipgate.pool.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Whether new clients should be sent to this gateway: not while it stops, and not while a pool of
 * {@code readiness.pools} has had no endpoint up for a while.
 *
 * <p>Thread-safe.
 */
public final class Readiness implements HealthSource {
    /** A loop that has not ticked for so long is not alive. */
    public static final Duration MAX_LOOP_SILENCE = Duration.ofSeconds(5);

    private static final long OUTAGE_NANOS = 3_000_000_000L;

    private final GatewayView gateway;

    /** Makes one that tells of a gateway. */
    public Readiness(GatewayView gateway) {
        this.gateway = gateway;
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
            OptionalLong since = gateway.findPool(pool).map(Pool::noneUpSince).orElse(OptionalLong.empty());
            if (since.isPresent() && now - since.getAsLong() >= OUTAGE_NANOS) {
                reasons.add("pool " + pool + " has had no endpoint up for 3 s");
            }
        }
        return reasons;
    }
}
