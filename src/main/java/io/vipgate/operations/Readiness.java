package io.vipgate.operations;

import io.vipgate.admin.HealthSource;
import io.vipgate.control.ListenerRegistry;
import io.vipgate.control.Standby;
import io.vipgate.gateway.GatewayView;
import io.vipgate.pool.Pool;
import io.vipgate.relay.ListenerState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether new clients should be sent to this gateway: not while it stops or stands by, not while every listener refuses its
 * clients, and not while a pool of {@code readiness.pools} has had no endpoint up for a while.
 *
 * <p>Thread-safe.
 */
public final class Readiness implements HealthSource {
    /** A loop that has not ticked for so long is not alive. */
    public static final Duration MAX_LOOP_SILENCE = Duration.ofSeconds(5);

    private static final long OUTAGE_NANOS = 3_000_000_000L;

    private final GatewayView gateway;
    private final Standby standby;
    private final ListenerRegistry listeners;

    /** Makes one that tells of a gateway. */
    public Readiness(GatewayView gateway, Standby standby, ListenerRegistry listeners) {
        this.listeners = listeners;
        this.gateway = gateway;
        this.standby = standby;
    }

    @Override
    public boolean isAlive() {
        return gateway.isAlive(MAX_LOOP_SILENCE);
    }

    @Override
    public boolean isStopping() {
        return gateway.isStopping();
    }

    /** Since when it stands by, as an operator wants; empty when it is active. */
    Optional<Instant> standbySince() {
        return standby.since();
    }

    @Override
    public List<String> reasonsAgainstClients() {
        List<String> reasons = new ArrayList<>();
        if (isStopping()) {
            reasons.add("shutting down");
        }
        standby.since().ifPresent(since -> reasons.add("standby since " + since));
        if (refusesEverybody()) {
            reasons.add("every listener refuses its clients, as an operator wants");
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

    /** One that is paused has its clients wait here, so that they should not be sent elsewhere. */
    private boolean refusesEverybody() {
        List<ListenerRegistry.Present> present = listeners.present();
        return !present.isEmpty() && present.stream()
                .allMatch(each -> listeners.states().of(each.name()) == ListenerState.REFUSING);
    }
}
