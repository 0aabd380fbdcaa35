package io.vipgate.operations;

import io.vipgate.admin.model.EndpointAddresses;
import io.vipgate.admin.model.EndpointStatus;
import io.vipgate.admin.model.GatewayStatus;
import io.vipgate.admin.model.ListenerStatus;
import io.vipgate.admin.model.PoolStatus;
import io.vipgate.admin.model.TlsRoutingStatus;
import io.vipgate.clienthello.HelloResult;
import io.vipgate.config.ConfigDiff;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ProbeType;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.TlsConfig;
import io.vipgate.control.ListenerHold;
import io.vipgate.control.ListenerRegistry;
import io.vipgate.control.ListenerStates;
import io.vipgate.control.ManagedPool;
import io.vipgate.control.OperatorOverride;
import io.vipgate.control.PoolRegistry;
import io.vipgate.control.RebalanceView;
import io.vipgate.control.RecentEvents;
import io.vipgate.counters.EnumCounter;
import io.vipgate.gateway.BuildInfo;
import io.vipgate.gateway.GatewayView;
import io.vipgate.linux.TransparentSocket;
import io.vipgate.neighbour.CoLocation;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.probe.Observation;
import io.vipgate.relay.RefuseReason;
import io.vipgate.telemetry.EndpointTotals;
import io.vipgate.telemetry.ListenerTotals;
import io.vipgate.telemetry.RateSampler;
import io.vipgate.text.IpText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How the gateway is: what {@code GET /api/v1/status} answers. Waits for no change that is under way, and for no
 * event loop longer than half a second.
 *
 * <p>Thread-safe.
 */
public final class StatusReport {
    private final GatewayView gateway;
    private final Readiness readiness;
    private final PoolRegistry pools;
    private final ListenerRegistry listeners;
    private final BlockReport blocks;
    private final RateSampler rates;
    private final RecentEvents events;
    private final GatewayConfig startedWith;
    private final Instant startedAt = Instant.now();

    /**
     * Makes a report.
     *
     * @param startedWith the configuration whose start-only keys hold
     */
    public StatusReport(GatewayView gateway, Readiness readiness, PoolRegistry pools, ListenerRegistry listeners,
            BlockReport blocks, RateSampler rates, RecentEvents events,
            GatewayConfig startedWith) {
        this.gateway = gateway;
        this.readiness = readiness;
        this.pools = pools;
        this.listeners = listeners;
        this.blocks = blocks;
        this.rates = rates;
        this.events = events;
        this.startedWith = startedWith;
    }

    /**
     * How it is now.
     *
     * @param confirmBy when the configuration goes back unless it is confirmed
     */
    GatewayStatus status(Optional<Instant> confirmBy) {
        RateSampler.View view = look();
        GatewayConfig config = gateway.config();
        List<String> needRestart = ConfigDiff.between(startedWith, config).stream()
                .filter(ConfigDiff.Change::needsRestart).map(ConfigDiff.Change::toString).toList();
        List<String> reasons = readiness.reasonsAgainstClients();
        return new GatewayStatus(Instant.now(), BuildInfo.read().version(), ProcessHandle.current().pid(), startedAt,
                readiness.isAlive(), gateway.isStopping(), reasons.isEmpty(), reasons,
                readiness.standbySince().orElse(null), gateway.eventLoops(),
                view.silentLoops(), gateway.openRelays(), gateway.maxRelays(), view.seconds(), needRestart,
                confirmBy.orElse(null),
                pools.stateFileProblem().orElse(null),
                listeners.present().stream().map(listener -> listener(listener, view)).toList(),
                config.pools().keySet().stream().map(pools::find).flatMap(Optional::stream)
                        .map(pool -> pool(pool, view)).toList(),
                blocks.count(),
                events.list().stream().map(event -> new GatewayStatus.Event(event.at(), event.text())).toList());
    }

    /** One endpoint of a pool, each of its addresses. */
    EndpointAddresses endpoint(String pool, String endpoint) {
        ManagedPool managed = pools.get(pool);
        RateSampler.View view = look();
        long all = recent(managed, view);
        return new EndpointAddresses(pool, endpoint, managed.pool().snapshot().named(endpoint).stream()
                .map(member -> member(managed, member, view, all)).toList());
    }

    /**
     * One listener.
     *
     * @throws NoSuchElementException if there is none of this name any more
     */
    ListenerStatus listener(String name) {
        RateSampler.View view = look();
        return listeners.present().stream().filter(each -> each.name().equals(name)).findFirst()
                .map(each -> listener(each, view))
                .orElseThrow(() -> new NoSuchElementException("listener: " + name));
    }

    private RateSampler.View look() {
        try {
            return rates.look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("shutting down", e);
        }
    }

    private ListenerStatus listener(ListenerRegistry.Present listener, RateSampler.View view) {
        ListenerTotals now = view.now().of(listener.name());
        ListenerTotals before = view.before().of(listener.name());
        TlsRoutingStatus tls = Optional.ofNullable(gateway.config().listeners().get(listener.name()))
                .flatMap(config -> config.tls().map(routing -> tls(config, routing, now))).orElse(null);
        ListenerStates states = listeners.states();
        return new ListenerStatus(listener.name(), listener.addresses(), listener.pool(),
                states.of(listener.name()).label(),
                states.hold(listener.name()).map(ListenerHold::since).orElse(null), now.queued(),
                listener.limit().present(),
                listener.limit().most(), listener.room().kept(), listeners.admissions().waiting(listener.name()), tls,
                now.accepted(), now.refused(), byReason(now.refusals()), byReason(now.dryRuns()),
                rate(now.accepted() - before.accepted(), view), rate(now.refused() - before.refused(), view));
    }

    private static TlsRoutingStatus tls(ListenerConfig listener, TlsConfig tls, ListenerTotals counts) {
        Map<String, Long> byResult = new LinkedHashMap<>();
        for (HelloResult result : HelloResult.values()) {
            if (counts.hellos().of(result) > 0) {
                byResult.put(result.label(), counts.hellos().of(result));
            }
        }
        return new TlsRoutingStatus(tls.names().size(), tls.alpn().size(), List.copyOf(listener.pools()), byResult,
                counts.encryptedHellos());
    }

    private static Map<String, Long> byReason(EnumCounter<RefuseReason> counts) {
        Map<String, Long> byLabel = new LinkedHashMap<>();
        for (RefuseReason reason : RefuseReason.values()) {
            if (counts.of(reason) > 0) {
                byLabel.merge(reason.label(), counts.of(reason), Long::sum);
            }
        }
        return byLabel;
    }

    private PoolStatus pool(ManagedPool pool, RateSampler.View view) {
        long all = recent(pool, view);
        CoLocation coLocation = gateway.coLocation(pool.pool().name());
        return new PoolStatus(pool.pool().name(), label(pool.config().balance()), label(pool.config().probe().type()),
                pool.pool().snapshot().members().stream().map(member -> member(pool, member, view, all)).toList(),
                pool.pins().map(pins -> new PoolStatus.Pins(pins.size(), pins.moves(), pins.evictions())).orElse(null),
                clientAddress(pool), ConnectReport.status(pool, view.now().ofPool(pool.pool().name())),
                rebalance(pool),
                coLocation.sharedMachines().stream().map(StatusReport::machine).toList(),
                coLocation.pairs().stream().map(StatusReport::pair).toList());
    }

    private static PoolStatus.Rebalance rebalance(ManagedPool pool) {
        RebalanceView view = pool.rebalancing();
        return new PoolStatus.Rebalance(label(view.when()), view.aim(), pool.skew(), view.state().label(),
                view.why().orElse(null), view.closed(), view.left(), view.leftSeconds());
    }

    private static PoolStatus.@Nullable ClientAddress clientAddress(ManagedPool pool) {
        if (!pool.isFromClients()) {
            return null;
        }
        long now = System.nanoTime();
        List<PoolStatus.NoReturn> lost = new ArrayList<>();
        for (PoolSnapshot.Member member : pool.pool().snapshot().members()) {
            pool.returnPaths().nanosUntilTried(member.endpoint(), now).ifPresent(nanos -> lost
                    .add(new PoolStatus.NoReturn(member.endpoint().label(), Instant.now().plusNanos(nanos))));
        }
        return new PoolStatus.ClientAddress(label(pool.config().clientAddress()), !TransparentSocket.isForbidden(),
                lost);
    }

    private static PoolStatus.SharedMachine machine(CoLocation.Machine machine) {
        return new PoolStatus.SharedMachine(machine.answer().mac() + " on " + machine.answer().interfaceName(),
                machine.endpoints().stream().map(Endpoint::label).toList(), machine.since());
    }

    private static PoolStatus.Pair pair(CoLocation.Pair pair) {
        return new PoolStatus.Pair(List.of(pair.first().label(), pair.second().label()), label(pair.state()),
                pair.since());
    }

    /** Connections that the pool's endpoints have got in the time of the rates. */
    private static long recent(ManagedPool pool, RateSampler.View view) {
        return pool.pool().snapshot().members().stream()
                .mapToLong(member -> view.now().of(member.endpoint()).minus(view.before().of(member.endpoint()))
                        .connected())
                .sum();
    }

    private static EndpointStatus member(ManagedPool pool, PoolSnapshot.Member member, RateSampler.View view,
            long recentOfPool) {
        Endpoint endpoint = member.endpoint();
        EndpointState state = member.state();
        EndpointTotals now = view.now().of(endpoint);
        EndpointTotals recent = now.minus(view.before().of(endpoint));
        Optional<Observation> seen = pool.monitor().observation(endpoint);
        return new EndpointStatus(endpoint.name(), endpoint.label(), text(endpoint), label(state.admin()),
                pool.adminSince(endpoint.name()).orElse(null), label(state.health()),
                seen.map(Observation::healthSince).orElse(null), state.isSuspect(), state.weight(), state.isBackup(),
                (double) state.ramp() / EndpointState.FULL_RAMP, endpoint.connections(), endpoint.limit().most(),
                recentOfPool == 0 ? null : (double) recent.connected() / recentOfPool,
                rate(recent.connected(), view), rate(recent.failed(), view), rate(recent.toBackend(), view),
                rate(recent.toClient(), view), now.connected(), now.failed(), now.toBackend(), now.toClient(),
                isProbed(pool, endpoint.name()),
                seen.flatMap(Observation::lastProbe).map(StatusReport::probe).orElse(null),
                drainLeftSeconds(pool, endpoint), overrides(pool, endpoint.name()));
    }

    private static @Nullable Double drainLeftSeconds(ManagedPool pool, Endpoint endpoint) {
        OptionalLong nanos = pool.drainLeftNanos(endpoint);
        return nanos.isPresent() ? nanos.getAsLong() / 1e9 : null;
    }

    private static boolean isProbed(ManagedPool pool, String endpoint) {
        return pool.config().probe().type() != ProbeType.NONE && !isLeftOut(pool, endpoint);
    }

    /** Whether an endpoint is not probed though the others of its pool may be. */
    static boolean isLeftOut(ManagedPool pool, String endpoint) {
        EndpointConfig configured = pool.config().endpoints().get(endpoint);
        return configured != null && !configured.probe();
    }

    private static EndpointStatus.LastProbe probe(Observation.LastProbe last) {
        return new EndpointStatus.LastProbe(last.at(), label(last.result().outcome()), last.result().cause(),
                last.took().toNanos() / 1e6);
    }

    /** What an operator has set of an endpoint otherwise than the configuration. */
    private static List<String> overrides(ManagedPool pool, String endpoint) {
        OperatorOverride override = pool.overrides().getOrDefault(endpoint, OperatorOverride.NONE);
        EndpointConfig configured = pool.config().endpoints().get(endpoint);
        List<String> overrides = new ArrayList<>();
        if (override.admin() != AdminState.READY) {
            overrides.add("state: " + label(override.admin()));
        }
        if (configured != null && override.weightOr(configured.weight()) != configured.weight()) {
            overrides.add("weight: " + override.weightOr(0) + " (file: " + configured.weight() + ")");
        }
        return overrides;
    }

    private static double rate(long count, RateSampler.View view) {
        return Math.max(0, count) / view.seconds();
    }

    static String text(Endpoint endpoint) {
        return IpText.of(endpoint.address());
    }

    /** As the configuration writes it. */
    static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
