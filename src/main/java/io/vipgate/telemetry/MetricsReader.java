package io.vipgate.telemetry;

import io.vipgate.access.SourceLimits;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.ProbeType;
import io.vipgate.control.ListenerAdmissions;
import io.vipgate.control.ListenerStates;
import io.vipgate.control.ManagedPool;
import io.vipgate.control.PoolRegistry;
import io.vipgate.control.Standby;
import io.vipgate.linux.KernelCounters;
import io.vipgate.loops.LoopCountsReader;
import io.vipgate.loops.LoopHeartbeat;
import io.vipgate.metrics.EndpointStats;
import io.vipgate.metrics.GatewayStats;
import io.vipgate.metrics.PoolStats;
import io.vipgate.metrics.StatsSource;
import io.vipgate.neighbour.CoLocationWatch;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.relay.HedgeRules;
import io.vipgate.probe.HealthCounts;
import io.vipgate.relay.ListenerState;
import io.vipgate.relay.LoopCounts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads all numbers of a gateway that metrics tell.
 *
 * <p>While a reload is being made, loops forget what it removes one after the other, and sums over them would shrink. A
 * reading that meets one is therefore made again, for up to a second.
 *
 * <p>Thread-safe.
 */
public final class MetricsReader implements StatsSource {
    private static final long MAX_WAIT_NANOS = 1_000_000_000;
    private static final long STEP_MILLIS = 2;
    /** What a copy of an endpoint's counts takes of the heap. */
    private static final long ENDPOINT_BYTES = 640;

    private final PoolRegistry pools;
    private final ListenerAdmissions admissions;
    private final ListenerStates states;
    private final LoopCountsReader loops;
    private final LoopHeartbeat heartbeat;
    private final CoLocationWatch neighbours;
    private final ReloadCounts reloads;
    private final Standby standby;
    private final LongSupplier accessLogDropped;
    private final LongSupplier logDropped;
    private final Supplier<GatewayConfig> config;
    private final LongSupplier changes;
    private volatile boolean hasCopies;

    /**
     * Makes a reader.
     *
     * @param changes how often a change of the configuration has begun or ended; odd while one is being made
     */
    public MetricsReader(PoolRegistry pools, ListenerAdmissions admissions, ListenerStates states,
            LoopCountsReader loops, LoopHeartbeat heartbeat, CoLocationWatch neighbours,
            ReloadCounts reloads, Standby standby, LongSupplier accessLogDropped, LongSupplier logDropped,
            Supplier<GatewayConfig> config, LongSupplier changes) {
        this.pools = pools;
        this.admissions = admissions;
        this.states = states;
        this.loops = loops;
        this.heartbeat = heartbeat;
        this.neighbours = neighbours;
        this.reloads = reloads;
        this.standby = standby;
        this.accessLogDropped = accessLogDropped;
        this.logDropped = logDropped;
        this.config = config;
        this.changes = changes;
    }

    @Override
    public long bytes() {
        long endpoints = config.get().pools().values().stream().mapToLong(pool -> pool.endpoints().size()).sum();
        // Each loop's last copy is held for good from the first reading on; their sum is while it is told.
        return endpoints * ENDPOINT_BYTES * (hasCopies ? 1 : heartbeat.lags().size() + 1);
    }

    @Override
    public GatewayStats get() {
        long end = System.nanoTime() + MAX_WAIT_NANOS;
        while (true) {
            long before = awaitSettled(end);
            GatewayStats read = read();
            if (changes.getAsLong() == before || System.nanoTime() - end >= 0) {
                return read;
            }
        }
    }

    private long awaitSettled(long end) {
        long seen = changes.getAsLong();
        while ((seen & 1) != 0 && System.nanoTime() - end < 0) {
            try {
                Thread.sleep(STEP_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return seen;
            }
            seen = changes.getAsLong();
        }
        return seen;
    }

    private GatewayStats read() {
        hasCopies = true;
        GatewayConfig now = config.get();
        LoopCounts counts = loops.read();
        Map<String, Set<String>> listeners = new LinkedHashMap<>();
        Map<String, ListenerState> itsStates = new LinkedHashMap<>();
        Map<String, Long> evictions = new LinkedHashMap<>();
        Set<String> routing = new HashSet<>();
        now.listeners().forEach((name, listener) -> {
            listeners.put(name, listener.pools());
            itsStates.put(name, states.of(name));
            listener.tls().ifPresent(_ -> routing.add(name));
            admissions.limits(name).filter(SourceLimits::hasRates)
                    .ifPresent(limits -> evictions.put(name, limits.evictions()));
        });
        List<PoolStats> all = new ArrayList<>();
        now.pools().forEach((name, pool) -> pools.find(name).ifPresent(found -> all.add(pool(name, pool, found))));
        return new GatewayStats(counts, listeners, itsStates, all, reloads.numbers(), heartbeat.lags(),
                KernelCounters.listenOverflows(), accessLogDropped.getAsLong(), logDropped.getAsLong(),
                admissions.blocks().size(), routing, evictions,
                standby.since().isPresent(),
                pools.hasStateFile() ? Optional.of(pools.stateFileProblem().isEmpty()) : Optional.empty());
    }

    private PoolStats pool(String name, PoolConfig pool, ManagedPool control) {
        PoolSnapshot snapshot = control.pool().snapshot();
        Map<String, HealthCounts> health = control.monitor().counts();
        List<EndpointStats> endpoints = new ArrayList<>();
        pool.endpoints().forEach((endpoint, configured) -> endpoints.add(new EndpointStats(endpoint,
                snapshot.named(endpoint), EndpointState.initial(configured.weight(), configured.backup()),
                snapshot.named(endpoint).stream()
                        .anyMatch(member -> control.drainLeftNanos(member.endpoint()).isPresent()),
                configured.probe() && pool.probe().type() != ProbeType.NONE, pool.maxConnecting() > 0,
                health.getOrDefault(endpoint, new HealthCounts()))));
        return new PoolStats(name, endpoints, control.pinNumbers(), withoutReturn(control, snapshot),
                hedgeDelay(control.plan().connect().hedge()), control.skew(), neighbours.of(name));
    }

    private static OptionalDouble hedgeDelay(@Nullable HedgeRules rules) {
        return rules == null ? OptionalDouble.empty() : OptionalDouble.of(rules.delayNanos() / 1e9);
    }

    private static Optional<Set<String>> withoutReturn(ManagedPool pool, PoolSnapshot snapshot) {
        return pool.isFromClients()
                ? Optional.of(snapshot.members().stream().map(PoolSnapshot.Member::endpoint)
                        .filter(endpoint -> pool.returnPaths().nanosUntilTried(endpoint, System.nanoTime()).isPresent())
                        .map(Endpoint::name).collect(Collectors.toSet()))
                : Optional.empty();
    }
}
