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
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
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
 * begin, or stops, while the clients would find no better endpoint. Where {@code onDown} is {@code close} all are reset at once.
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
    private final Map<Endpoint, Drain> running = new ConcurrentHashMap<>();
    /** Of those whose connections were ended since they went down: not to be drained again. */
    private final Map<Endpoint, RelayDrain.Switch> over = new HashMap<>();

    private record Drain(RelayDrain.Switch lever, long begun, long nanos, Future<?> atEnd) {
        long leftNanos() {
            return Math.max(0, begun + nanos - System.nanoTime());
        }

        void callOff() {
            lever.callOff();
            atEnd.cancel(false);
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
        long now = System.nanoTime();
        PoolSnapshot snapshot = pool.snapshot();
        boolean isMeant = config.get().onDown() == OnDown.DRAIN && !wouldFindNobody(snapshot);
        over.entrySet().removeIf(each -> {
            boolean isBack = isIn(snapshot, each.getKey()) && !isDown(snapshot, each.getKey());
            if (isBack) {
                each.getValue().callOff();
            }
            return isBack || !isIn(snapshot, each.getKey());
        });
        running.forEach((endpoint, drain) -> {
            // One that is gone from the configuration is no better for that: its drain goes on.
            if (isIn(snapshot, endpoint)) {
                if (!isMeant || !isDown(snapshot, endpoint)) {
                    callOff(endpoint, drain);
                } else if (drain.nanos() != config.get().downDrain().toNanos()) {
                    drain.callOff();
                    begin(endpoint, drain.begun(), now);
                }
            }
        });
        if (isMeant) {
            snapshot.members().stream().filter(member -> member.state().health() == Health.DOWN)
                    .map(PoolSnapshot.Member::endpoint)
                    .filter(endpoint -> !running.containsKey(endpoint) && !over.containsKey(endpoint))
                    .forEach(endpoint -> begin(endpoint, now, now));
        }
    }

    /** An endpoint has gone down: where {@code onDown} is {@code close} its connections end now. */
    void onDown(Endpoint endpoint) {
        if (config.get().onDown() == OnDown.CLOSE) {
            RelayDrain.Switch lever = new RelayDrain.Switch();
            over.put(endpoint, lever);
            drain(endpoint, lever, 0);
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

    private static boolean isIn(PoolSnapshot snapshot, Endpoint endpoint) {
        return snapshot.members().stream().anyMatch(member -> member.endpoint().equals(endpoint));
    }

    private void begin(Endpoint endpoint, long begun, long now) {
        long nanos = config.get().downDrain().toNanos();
        long left = Math.max(0, begun + nanos - now);
        RelayDrain.Switch lever = new RelayDrain.Switch();
        running.put(endpoint, new Drain(lever, begun, nanos,
                control.schedule(() -> end(endpoint, lever), left, TimeUnit.NANOSECONDS)));
        tell(endpoint, "is down: its " + endpoint.connections() + " connections end within "
                + BigDecimal.valueOf(left / 1_000_000, 3).stripTrailingZeros().toPlainString() + " s");
        drain(endpoint, lever, left);
    }

    private void drain(Endpoint endpoint, RelayDrain.Switch lever, long nanos) {
        loops.tell(context -> RelayDrain.begin(context.relays(), lever, RelayDrain.at(Set.of(endpoint)),
                CloseReason.ENDPOINT_DOWN, nanos));
    }

    /** The loops have reset what was left, or do so now. */
    private void end(Endpoint endpoint, RelayDrain.Switch lever) {
        if (running.remove(endpoint) != null && isIn(pool.snapshot(), endpoint)) {
            over.put(endpoint, lever);
        }
    }

    private void callOff(Endpoint endpoint, Drain drain) {
        running.remove(endpoint);
        drain.callOff();
        tell(endpoint, "is no longer drained: its " + endpoint.connections() + " connections stay");
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
        return drain == null ? OptionalLong.empty() : OptionalLong.of(drain.leftNanos());
    }

    /** The pool ends; what is being drained goes on being so on the loops. */
    void close() {
        running.values().forEach(drain -> drain.atEnd().cancel(false));
        running.clear();
        over.clear();
    }
}
