package io.vipgate.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vipgate.relay.PoolCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Gives the gateway's numbers their names and labels, each time somebody scrapes. Only what the configuration names has
 * series, so that they are bounded, and gone when a reload removes what they are about.
 *
 * <p>Thread-safe, as what it reads from is.
 */
final class GatewayCollector implements MultiCollector {
    private static final double SECONDS_PER_NANO = 1e-9;

    private final Supplier<GatewayStats> source;
    private final InfoSnapshot build;

    GatewayCollector(Supplier<GatewayStats> source, Labels build) {
        this.source = source;
        this.build = InfoSnapshot.builder().name("vipgate_build").help("What this program was built from.")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder().labels(build).build()).build();
    }

    @Override
    public MetricSnapshots collect() {
        GatewayStats numbers = source.get();
        ListenerFamilies listeners = new ListenerFamilies();
        EndpointFamilies endpoints = new EndpointFamilies();
        PoolFamilies pools = new PoolFamilies();
        listeners.add(numbers);
        for (PoolStats pool : numbers.pools()) {
            PoolCounts counts = numbers.loops().pools().getOrDefault(pool.name(), new PoolCounts());
            pools.add(pool, counts);
            endpoints.add(numbers, pool, counts);
        }
        List<MetricSnapshot> all = new ArrayList<>();
        Stream.of(listeners.families(), endpoints.families(), pools.families(), machine(numbers)).flatMap(List::stream)
                .map(Family::snapshot).filter(family -> !family.getDataPoints().isEmpty()).forEach(all::add);
        all.add(build);
        return new MetricSnapshots(all);
    }

    /** What belongs to no listener and no pool. */
    private static List<Family> machine(GatewayStats numbers) {
        Family.Counter overflows = new Family.Counter("vipgate_listener_overflows",
                "Clients that found an accept queue full: the kernel's ListenOverflows, of all programs in this "
                        + "network namespace.");
        numbers.listenOverflows().ifPresent(overflows::add);
        Family.Counter spliced = new Family.Counter("vipgate_relay_spliced_bytes",
                "Bytes that were moved without being copied to user space.", "direction");
        spliced.add(numbers.loops().splicedToBackend(), "client_to_backend");
        spliced.add(numbers.loops().splicedToClient(), "backend_to_client");
        Family.Counter reloads = new Family.Counter("vipgate_config_reloads",
                "Reloads of the configuration; a rejected one changes nothing.", "result");
        reloads.add(numbers.reloads().applied(), "ok");
        reloads.add(numbers.reloads().rejected(), "rejected");
        Family.Gauge reloadedAt = new Family.Gauge("vipgate_config_last_reload_success_timestamp_seconds",
                "When the present configuration began to hold, at the start or by a reload (Unix time).");
        reloadedAt.add(numbers.reloads().lastSuccess().toEpochMilli() / 1e3);
        Family.Gauge stalls = new Family.Gauge("vipgate_event_loop_lag_seconds",
                "Longest time in the last 16 s that the loop let a task wait, asked once a second.", "loop");
        for (int i = 0; i < numbers.loopLagNanos().size(); i++) {
            stalls.add(numbers.loopLagNanos().get(i) * SECONDS_PER_NANO, String.valueOf(i));
        }
        Family.Counter dropped = new Family.Counter("vipgate_access_log_dropped",
                "Lines of the access log that were dropped, because it could not be written fast enough.");
        dropped.add(numbers.accessLogDropped());
        Family.Counter ownDropped = new Family.Counter("vipgate_log_dropped",
                "Lines of the gateway's own log that were dropped, because whoever reads it was too slow.");
        ownDropped.add(numbers.logDropped());
        Family.Gauge kept = new Family.Gauge("vipgate_operator_states_kept",
                "1 when what operators set is kept over a restart, 0 when the state file can't be read or written.");
        numbers.statesKept().ifPresent(kept::add);
        return List.of(overflows, dropped, ownDropped, kept, spliced, reloads, reloadedAt, stalls);
    }
}
