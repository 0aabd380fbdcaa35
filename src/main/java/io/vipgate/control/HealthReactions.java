package io.vipgate.control;

import io.vipgate.config.ClientAddressMode;
import io.vipgate.config.PoolConfig;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Health;
import io.vipgate.probe.HealthListener;
import io.vipgate.relay.ReturnPaths;
import java.util.function.Supplier;

/**
 * What a pool does when an endpoint's health changes: slow start of one that is back, {@code onDown} for the relays of one
 * that is down.
 *
 * <p>Confined to the control thread.
 */
final class HealthReactions implements HealthListener {
    private final String pool;
    private final SlowStart slowStart;
    private final DownDrains drains;
    private final Runnable onStates;
    private final RecentEvents events;
    private final Supplier<PoolConfig> config;
    private final ReturnPaths returnPaths;

    /**
     * Makes those of a pool.
     *
     * @param onStates called when an endpoint has another health
     */
    HealthReactions(String pool, SlowStart slowStart, DownDrains drains, Runnable onStates, RecentEvents events,
            Supplier<PoolConfig> config, ReturnPaths returnPaths) {
        this.pool = pool;
        this.slowStart = slowStart;
        this.drains = drains;
        this.onStates = onStates;
        this.events = events;
        this.config = config;
        this.returnPaths = returnPaths;
    }

    @Override
    public void onHealth(Endpoint endpoint, Health health, String cause) {
        events.add("endpoint " + pool + "/" + endpoint.label() + " is " + health + ": " + cause);
        onStates.run();
    }

    @Override
    public void onCleared(Endpoint endpoint) {
        returnPaths.onProbePassed(endpoint, config.get().clientAddress() == ClientAddressMode.REQUIRE,
                System.nanoTime(), ReplyRouteChecks::why);
    }

    @Override
    public void onReturning(Endpoint endpoint) {
        PoolConfig present = config.get();
        slowStart.begin(endpoint, present.balance().heedsSlowStart() ? present.slowStart().toNanos() : 0);
    }

    @Override
    public void onDown(Endpoint endpoint) {
        slowStart.cancel(endpoint);
        returnPaths.forget(endpoint);
        drains.onDown(endpoint);
    }
}
