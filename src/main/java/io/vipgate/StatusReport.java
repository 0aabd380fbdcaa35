package io.vipgate;

import io.vipgate.config.ConfigDiff;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.GatewayConfig;
import io.vipgate.json.Json;
import io.vipgate.json.JsonMembers;
import io.vipgate.neighbour.CoLocation;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.probe.Observation;
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
final class StatusReport {
    private final Gateway gateway;
    private final Pools pools;
    private final ListenerControl listeners;
    private final Rates rates;
    private final Events events;
    private final GatewayConfig startedWith;
    private final Instant startedAt = Instant.now();

    /**
     * Makes a report.
     *
     * @param startedWith the configuration whose start-only keys hold
     */
    StatusReport(Gateway gateway, Pools pools, ListenerControl listeners, Rates rates, Events events,
            GatewayConfig startedWith) {
        this.gateway = gateway;
        this.pools = pools;
        this.listeners = listeners;
        this.rates = rates;
        this.events = events;
        this.startedWith = startedWith;
    }

    Json make() {
        Rates.View view = look();
        GatewayConfig config = gateway.config();
        List<String> needRestart = ConfigDiff.between(startedWith, config).stream().filter(Reloader::needsRestart)
                .map(ConfigDiff.Change::toString).toList();
        List<String> reasons = gateway.readiness().reasonsAgainstClients();
        return Json.members().with("at", time(Instant.now()))
                .with("version", BuildInfo.read().version())
                .with("pid", ProcessHandle.current().pid())
                .with("startedAt", time(startedAt))
                .with("alive", gateway.readiness().isAlive())
                .with("stopping", gateway.isStopping())
                .with("ready", reasons.isEmpty())
                .with("reasons", Json.ofTexts(reasons))
                .with("eventLoops", gateway.eventLoops())
                .with("silentLoops", view.silentLoops())
                .with("openRelays", gateway.openRelays())
                .with("mostRelays", gateway.mostRelays())
                .with("ratesOverSeconds", Json.of(view.seconds(), 1))
                .with("needRestart", Json.ofTexts(needRestart))
                .with("listeners",
                        Json.of(listeners.present().stream().map(listener -> listener(listener, view)).toList()))
                .with("pools", Json.of(config.pools().keySet().stream().map(pools::find).flatMap(Optional::stream)
                        .map(pool -> pool(pool, view)).toList()))
                .with("events", Json.of(events.list().stream().map(event -> Json.members().with("at", time(event.at()))
                        .with("text", event.text()).make()).toList()))
                .make();
    }

    /** One endpoint of a pool, each of its addresses. */
    Json endpoint(String pool, String endpoint) {
        PoolControl control = pools.get(pool);
        Rates.View view = look();
        long all = recent(control, view);
        List<Json> addresses = control.pool().snapshot().named(endpoint).stream()
                .map(member -> member(control, member, view, all)).toList();
        return Json.members().with("pool", pool).with("endpoint", endpoint).with("addresses", Json.of(addresses))
                .make();
    }

    private Rates.View look() {
        try {
            return rates.look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the gateway stops", e);
        }
    }

    private static Json listener(ListenerControl.Present listener, Rates.View view) {
        Rates.AtListener now = view.now().of(listener.name());
        Rates.AtListener before = view.before().of(listener.name());
        return Json.members().with("name", listener.name()).with("addresses", Json.ofTexts(listener.addresses()))
                .with("pool", listener.pool()).with("connections", listener.limit().present())
                .with("maxConnections", listener.limit().most()).with("accepted", now.accepted())
                .with("refused", now.refused())
                .with("acceptedPerSecond", rate(now.accepted() - before.accepted(), view))
                .with("refusedPerSecond", rate(now.refused() - before.refused(), view)).make();
    }

    private Json pool(PoolControl pool, Rates.View view) {
        long all = recent(pool, view);
        JsonMembers report = Json.members().with("name", pool.pool().name())
                .with("balance", label(pool.config().balance()))
                .with("probe", label(pool.config().probe().type()))
                .with("endpoints", Json.of(pool.pool().snapshot().members().stream()
                        .map(member -> member(pool, member, view, all)).toList()));
        pool.pins().ifPresent(pins -> report.with("pins", pins(pins)));
        CoLocation coLocation = gateway.coLocation(pool);
        return report.with("sharedMachines", Json.of(coLocation.sharedMachines().stream()
                .map(machine -> Json.members()
                        .with("machine", machine.answer().mac() + " on " + machine.answer().interfaceName())
                        .with("endpoints", Json.ofTexts(machine.endpoints().stream().map(Endpoint::label).toList()))
                        .with("since", time(machine.since())).make())
                .toList())).with("pairs", Json.of(coLocation.pairs().stream()
                        .map(
                                pair -> Json.members().with("endpoints",
                                        Json.ofTexts(List.of(pair.first().label(), pair.second().label())))
                                        .with("state", label(pair.state())).with("since", time(pair.since())).make())
                        .toList()))
                .make();
    }

    private static Json pins(PinTable pins) {
        return Json.members().with("count", pins.size()).with("moves", pins.moves())
                .with("evictions", pins.evictions()).make();
    }

    /** Connections that the pool's endpoints have got in the time of the rates. */
    private static long recent(PoolControl pool, Rates.View view) {
        return pool.pool().snapshot().members().stream()
                .mapToLong(member -> view.now().of(member.endpoint()).minus(view.before().of(member.endpoint()))
                        .connected())
                .sum();
    }

    private static Json member(PoolControl pool, PoolSnapshot.Member member, Rates.View view, long recentOfPool) {
        Endpoint endpoint = member.endpoint();
        EndpointState state = member.state();
        Rates.AtEndpoint now = view.now().of(endpoint);
        Rates.AtEndpoint recent = now.minus(view.before().of(endpoint));
        Optional<Observation> seen = pool.monitor().observation(endpoint);
        Optional<Observation.LastProbe> probe = seen.flatMap(Observation::lastProbe);
        return Json.members().with("name", endpoint.name()).with("label", endpoint.label())
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
                        recentOfPool == 0 ? Json.absent() : Json.of((double) recent.connected() / recentOfPool, 3))
                .with("connectionsPerSecond", rate(recent.connected(), view))
                .with("failuresPerSecond", rate(recent.failed(), view))
                .with("bytesToBackendPerSecond", rate(recent.toBackend(), view))
                .with("bytesToClientPerSecond", rate(recent.toClient(), view))
                .with("connected", now.connected()).with("failed", now.failed())
                .with("bytesToBackend", now.toBackend()).with("bytesToClient", now.toClient())
                .with("lastProbe", probe.map(last -> Json.members().with("at", time(last.at()))
                        .with("result", label(last.result().outcome())).with("cause", last.result().cause())
                        .with("millis", Json.of(last.took().toNanos() / 1e6, 1)).make()).orElse(Json.absent()))
                .with("differs", Json.ofTexts(differences(pool, endpoint.name()))).make();
    }

    /** What of an endpoint is not as the configuration has it. */
    private static List<String> differences(PoolControl pool, String endpoint) {
        Wish wish = pool.wishes().getOrDefault(endpoint, Wish.NONE);
        EndpointConfig configured = pool.config().endpoints().get(endpoint);
        List<String> differences = new ArrayList<>();
        if (wish.admin() != AdminState.READY) {
            differences.add("state: " + label(wish.admin()));
        }
        if (configured != null && wish.weightOr(configured.weight()) != configured.weight()) {
            differences.add("weight: " + wish.weightOr(0) + " (file: " + configured.weight() + ")");
        }
        return differences;
    }

    private static Json rate(long count, Rates.View view) {
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
