package io.vipgate.operations;

import io.vipgate.config.ConfigDiff;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.GatewayConfig;
import io.vipgate.control.ListenerRegistry;
import io.vipgate.control.ManagedPool;
import io.vipgate.control.OperatorOverride;
import io.vipgate.control.PoolRegistry;
import io.vipgate.control.RecentEvents;
import io.vipgate.gateway.BuildInfo;
import io.vipgate.gateway.GatewayView;
import io.vipgate.json.Json;
import io.vipgate.json.JsonObjectBuilder;
import io.vipgate.neighbour.CoLocation;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.probe.Observation;
import io.vipgate.telemetry.EndpointTotals;
import io.vipgate.telemetry.ListenerTotals;
import io.vipgate.telemetry.RateSampler;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the gateway is, as JSON: what {@code GET /api/v1/status} answers. Waits for no change that is under way, and for no
 * event loop longer than half a second.
 *
 * <p>Thread-safe.
 */
public final class StatusReport {
    private final GatewayView gateway;
    private final Readiness readiness;
    private final PoolRegistry pools;
    private final ListenerRegistry listeners;
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
            RateSampler rates, RecentEvents events,
            GatewayConfig startedWith) {
        this.gateway = gateway;
        this.readiness = readiness;
        this.pools = pools;
        this.listeners = listeners;
        this.rates = rates;
        this.events = events;
        this.startedWith = startedWith;
    }

    Json make() {
        RateSampler.View view = look();
        GatewayConfig config = gateway.config();
        List<String> needRestart = ConfigDiff.between(startedWith, config).stream()
                .filter(ConfigDiff.Change::needsRestart)
                .map(ConfigDiff.Change::toString).toList();
        List<String> reasons = readiness.reasonsAgainstClients();
        return Json.object().with("at", time(Instant.now()))
                .with("version", BuildInfo.read().version())
                .with("pid", ProcessHandle.current().pid())
                .with("startedAt", time(startedAt))
                .with("alive", readiness.isAlive())
                .with("stopping", gateway.isStopping())
                .with("ready", reasons.isEmpty())
                .with("reasons", Json.ofTexts(reasons))
                .with("eventLoops", gateway.eventLoops())
                .with("silentLoops", view.silentLoops())
                .with("openRelays", gateway.openRelays())
                .with("mostRelays", gateway.maxRelays())
                .with("ratesOverSeconds", Json.of(view.seconds(), 1))
                .with("needRestart", Json.ofTexts(needRestart))
                .with("listeners",
                        Json.of(listeners.present().stream().map(listener -> listener(listener, view)).toList()))
                .with("pools", Json.of(config.pools().keySet().stream().map(pools::find).flatMap(Optional::stream)
                        .map(pool -> pool(pool, view)).toList()))
                .with("events", Json.of(events.list().stream().map(event -> Json.object().with("at", time(event.at()))
                        .with("text", event.text()).build()).toList()))
                .build();
    }

    /** One endpoint of a pool, each of its addresses. */
    Json endpoint(String pool, String endpoint) {
        ManagedPool control = pools.get(pool);
        RateSampler.View view = look();
        long all = recent(control, view);
        List<Json> addresses = control.pool().snapshot().named(endpoint).stream()
                .map(member -> member(control, member, view, all)).toList();
        return Json.object().with("pool", pool).with("endpoint", endpoint).with("addresses", Json.of(addresses))
                .build();
    }

    private RateSampler.View look() {
        try {
            return rates.look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("shutting down", e);
        }
    }

    private static Json listener(ListenerRegistry.Present listener, RateSampler.View view) {
        ListenerTotals now = view.now().of(listener.name());
        ListenerTotals before = view.before().of(listener.name());
        return Json.object().with("name", listener.name()).with("addresses", Json.ofTexts(listener.addresses()))
                .with("pool", listener.pool()).with("connections", listener.limit().present())
                .with("maxConnections", listener.limit().most()).with("accepted", now.accepted())
                .with("refused", now.refused())
                .with("acceptedPerSecond", rate(now.accepted() - before.accepted(), view))
                .with("refusedPerSecond", rate(now.refused() - before.refused(), view)).build();
    }

    private Json pool(ManagedPool pool, RateSampler.View view) {
        long all = recent(pool, view);
        JsonObjectBuilder report = Json.object().with("name", pool.pool().name())
                .with("balance", label(pool.config().balance()))
                .with("probe", label(pool.config().probe().type()))
                .with("endpoints", Json.of(pool.pool().snapshot().members().stream()
                        .map(member -> member(pool, member, view, all)).toList()));
        pool.pins().ifPresent(pins -> report.with("pins", pins(pins)));
        CoLocation coLocation = gateway.coLocation(pool.pool().name());
        return report.with("sharedMachines", Json.of(coLocation.sharedMachines().stream()
                .map(machine -> Json.object()
                        .with("machine", machine.answer().mac() + " on " + machine.answer().interfaceName())
                        .with("endpoints", Json.ofTexts(machine.endpoints().stream().map(Endpoint::label).toList()))
                        .with("since", time(machine.since())).build())
                .toList())).with("pairs", Json.of(coLocation.pairs().stream()
                        .map(
                                pair -> Json.object().with("endpoints",
                                        Json.ofTexts(List.of(pair.first().label(), pair.second().label())))
                                        .with("state", label(pair.state())).with("since", time(pair.since())).build())
                        .toList()))
                .build();
    }

    private static Json pins(PinTable pins) {
        return Json.object().with("count", pins.size()).with("moves", pins.moves())
                .with("evictions", pins.evictions()).build();
    }

    /** Connections that the pool's endpoints have got in the time of the rates. */
    private static long recent(ManagedPool pool, RateSampler.View view) {
        return pool.pool().snapshot().members().stream()
                .mapToLong(member -> view.now().of(member.endpoint()).minus(view.before().of(member.endpoint()))
                        .connected())
                .sum();
    }

    private static Json member(ManagedPool pool, PoolSnapshot.Member member, RateSampler.View view, long recentOfPool) {
        Endpoint endpoint = member.endpoint();
        EndpointState state = member.state();
        EndpointTotals now = view.now().of(endpoint);
        EndpointTotals recent = now.minus(view.before().of(endpoint));
        Optional<Observation> seen = pool.monitor().observation(endpoint);
        Optional<Observation.LastProbe> probe = seen.flatMap(Observation::lastProbe);
        return Json.object().with("name", endpoint.name()).with("label", endpoint.label())
                .with("address", text(endpoint))
                .with("admin", label(state.admin()))
                .with("adminSince", pool.adminSince(endpoint.name()).map(StatusReport::time).orElse(null))
                .with("health", label(state.health()))
                .with("healthSince", seen.map(Observation::healthSince).map(StatusReport::time).orElse(null))
                .with("suspect", state.isSuspect())
                .with("weight", state.weight())
                .with("backup", state.isBackup())
                .with("ramp", Json.of((double) state.ramp() / EndpointState.FULL_RAMP, 2))
                .with("connections", endpoint.connections())
                .with("maxConnections", endpoint.limit().most())
                .with("share",
                        recentOfPool == 0 ? Json.ofNull() : Json.of((double) recent.connected() / recentOfPool, 3))
                .with("connectionsPerSecond", rate(recent.connected(), view))
                .with("failuresPerSecond", rate(recent.failed(), view))
                .with("bytesToBackendPerSecond", rate(recent.toBackend(), view))
                .with("bytesToClientPerSecond", rate(recent.toClient(), view))
                .with("connected", now.connected()).with("failed", now.failed())
                .with("bytesToBackend", now.toBackend()).with("bytesToClient", now.toClient())
                .with("lastProbe", probe.map(last -> Json.object().with("at", time(last.at()))
                        .with("result", label(last.result().outcome())).with("cause", last.result().cause())
                        .with("millis", Json.of(last.took().toNanos() / 1e6, 1)).build()).orElse(Json.ofNull()))
                .with("differs", Json.ofTexts(differences(pool, endpoint.name()))).build();
    }

    /** What of an endpoint is not as the configuration has it. */
    private static List<String> differences(ManagedPool pool, String endpoint) {
        OperatorOverride override = pool.overrides().getOrDefault(endpoint, OperatorOverride.NONE);
        EndpointConfig configured = pool.config().endpoints().get(endpoint);
        List<String> differences = new ArrayList<>();
        if (override.admin() != AdminState.READY) {
            differences.add("state: " + label(override.admin()));
        }
        if (configured != null && override.weightOr(configured.weight()) != configured.weight()) {
            differences.add("weight: " + override.weightOr(0) + " (file: " + configured.weight() + ")");
        }
        return differences;
    }

    private static Json rate(long count, RateSampler.View view) {
        return Json.of(Math.max(0, count) / view.seconds(), 1);
    }

    static String text(Endpoint endpoint) {
        String host = endpoint.address().getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + endpoint.address().getPort();
    }

    /** As the configuration writes it. */
    static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
