package io.vipgate.control;

import io.vipgate.config.OnDown;
import io.vipgate.config.OnNoHealthy;
import io.vipgate.config.PoolConfig;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.RelayDrain;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the relays of endpoints that are down end little by little, where {@code onDown} is {@code drain}: idle ones by FIN over
 * the first half of {@code downDrain}, the rest by RST at its end. It is called off when the endpoint comes back, and does not
 * begin, or stops, while the clients would find no better endpoint.
 *
 * <p>Confined to the control thread, but for {@link #leftNanos}.
 */
final class DownDrains {
    private static final Logger LOG = LoggerFactory.getLogger(DownDrains.class);

    private final Pool pool;
    private final EventLoopSet loops;
    private final ScheduledExecutorService control;
    private final RecentEvents events;
    private final Supplier<PoolConfig> config;
    /** Drained to their end since they went down: not to be drained again. */
    private final Map<Endpoint, Boolean> done = new HashMap<>();
    private final Map<Endpoint, Drain> running = new ConcurrentHashMap<>();

    private record Drain(RelayDrain.Switch lever, long end, Future<?> over) {
        void callOff() {
            lever.callOff();
            over.cancel(false);
        }
    }

    DownDrains(Pool pool, EventLoopSet loops, ScheduledExecutorService control, RecentEvents events,
            Supplier<PoolConfig> config) {
        this.pool = pool;
        this.loops = loops;
        this.control = control;
        this.events = events;
        this.config = config;
    }

    /** Health, configuration or the operator's states have changed. */
    void reconsider() {
        PoolSnapshot snapshot = pool.snapshot();
        boolean isMeant = config.get().onDown() == OnDown.DRAIN && !wouldFindNobody(snapshot);
        for (Endpoint endpoint : List.copyOf(running.keySet())) {
            if (!isMeant || !isDown(snapshot, endpoint)) {
                callOff(endpoint);
            }
        }
        done.keySet().removeIf(endpoint -> !isDown(snapshot, endpoint));
        if (isMeant) {
            snapshot.members().stream().filter(member -> member.state().health() == Health.DOWN)
                    .map(PoolSnapshot.Member::endpoint)
                    .filter(endpoint -> !running.containsKey(endpoint) && !done.containsKey(endpoint))
                    .forEach(this::begin);
        }
    }

    /** Whether new connections go to endpoints that are down all the same, for want of others. */
    private boolean wouldFindNobody(PoolSnapshot snapshot) {
        return config.get().onNoHealthy() == OnNoHealthy.TRY_ANYWAY
                && snapshot.members().stream().noneMatch(member -> isBetter(member.state()));
    }

    private static boolean isBetter(EndpointState state) {
        return state.health() != Health.DOWN && state.admin() == AdminState.READY && state.weight() > 0;
    }

    private static boolean isDown(PoolSnapshot snapshot, Endpoint endpoint) {
        return snapshot.members().stream().anyMatch(
                member -> member.endpoint().equals(endpoint) && member.state().health() == Health.DOWN);
    }

    private void begin(Endpoint endpoint) {
        long nanos = config.get().downDrain().toNanos();
        RelayDrain.Switch lever = new RelayDrain.Switch();
        running.put(endpoint, new Drain(lever, System.nanoTime() + nanos,
                control.schedule(() -> end(endpoint), nanos, TimeUnit.NANOSECONDS)));
        tell(endpoint, "is down: its " + endpoint.connections() + " connections end within "
                + BigDecimal.valueOf(nanos / 1_000_000, 3).stripTrailingZeros().toPlainString() + " s");
        loops.tell(context -> RelayDrain.begin(context.relays(), lever,
                relay -> relay.isConnected() && relay.endpoint() != null
                        && relay.endpoint().endpoint().equals(endpoint),
                CloseReason.ENDPOINT_DOWN, nanos));
    }

    /** The loops have reset what was left, or do so now. */
    private void end(Endpoint endpoint) {
        if (running.remove(endpoint) != null) {
            done.put(endpoint, true);
        }
    }

    private void callOff(Endpoint endpoint) {
        Drain drain = running.remove(endpoint);
        if (drain != null) {
            drain.callOff();
            tell(endpoint, "is no longer drained: its " + endpoint.connections() + " connections stay");
        }
    }

    private void tell(Endpoint endpoint, String what) {
        String text = "endpoint " + pool.name() + "/" + endpoint.label() + " " + what;
        events.add(text);
        LOG.info("{}", text);
    }

    /** Whether an endpoint's connections are drained now. */
    boolean isDraining() {
        return !running.isEmpty();
    }

    /** How long the connections of an endpoint that is down have at most; empty when they are not drained. Thread-safe. */
    OptionalLong leftNanos(Endpoint endpoint) {
        Drain drain = running.get(endpoint);
        return drain == null ? OptionalLong.empty() : OptionalLong.of(Math.max(0, drain.end() - System.nanoTime()));
    }

    /** The pool ends. */
    void close() {
        running.values().forEach(Drain::callOff);
        running.clear();
    }
}
