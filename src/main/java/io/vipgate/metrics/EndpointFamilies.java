package io.vipgate.metrics;

import io.vipgate.counters.Histogram;
import io.vipgate.pool.AdminState;
import io.vipgate.probe.ProbeResult;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.EndpointCounts;
import io.vipgate.relay.PoolCounts;
import io.vipgate.relay.Traffic;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * The series of endpoints, and of the relays to them.
 *
 * <p>Confined to the thread that writes.
 */
final class EndpointFamilies {
    private static final EndpointCounts NOTHING = new EndpointCounts();

    private final GatewayStats numbers;
    private final List<Told> endpoints;

    private record Told(String pool, EndpointStats endpoint, EndpointCounts counts) {
        String name() {
            return endpoint.name();
        }
    }

    /** Adds one endpoint. */
    private interface One {
        void add(Series series, Told endpoint);
    }

    EndpointFamilies(GatewayStats numbers) {
        this.numbers = numbers;
        endpoints = numbers.pools().stream().flatMap(pool -> {
            PoolCounts counts = numbers.loops().pools().getOrDefault(pool.name(), new PoolCounts());
            return pool.endpoints().stream().map(endpoint -> new Told(pool.name(), endpoint,
                    counts.endpoints().getOrDefault(endpoint.name(), NOTHING)));
        }).sorted(Comparator.comparing(Told::name).thenComparing(Told::pool)).toList();
    }

    private Family.Numbers each(One one) {
        return series -> {
            for (Told endpoint : endpoints) {
                one.add(series, endpoint);
                series.spill();
            }
        };
    }

    List<Family> families() {
        return List.of(
                Family.counter("vipgate_relay_bytes", "Bytes delivered so far, also of relays that are open.",
                        this::addBytes, "direction", "endpoint", "listener", "pool"),
                Family.counter("vipgate_relay_closed",
                        "Relays that ended; those that no endpoint could be selected for have an empty endpoint.",
                        this::addClosed, "endpoint", "pool", "reason"),
                Family.twinCounter("vipgate_endpoint_connections_total", "Connections that were made.",
                        each((series, each) -> series.add(each.counts().connected(), each.name(), each.pool())),
                        "endpoint", "pool"),
                Family.gauge("vipgate_endpoint_connections", "Connections now, those being made included.",
                        each((series, each) -> series.add(each.endpoint().connections(), each.name(), each.pool())),
                        "endpoint", "pool"),
                Family.gauge("vipgate_endpoint_connecting",
                        "Connects under way, in pools with maxConnecting.",
                        each((series, each) -> each.endpoint().connecting()
                                .ifPresent(count -> series.add(count, each.name(), each.pool()))),
                        "endpoint", "pool"),
                Family.counter("vipgate_endpoint_connect_failures",
                        "Attempts to connect that failed; local ones are this machine's own fault.",
                        each(EndpointFamilies::addFailures), "endpoint", "pool", "reason"),
                Family.histogram("vipgate_endpoint_connect_seconds",
                        "How long it took to connect, where that succeeded.",
                        each((series, each) -> series.add(each.counts().connectTimes(), each.name(), each.pool())),
                        "endpoint", "pool"),
                Family.gauge("vipgate_endpoint_up", "Whether an address of it is not DOWN.",
                        each((series, each) -> series.add(each.endpoint().isUp(), each.name(), each.pool())),
                        "endpoint", "pool"),
                Family.gauge("vipgate_endpoint_suspect", "Whether an address of it is suspect.",
                        each((series, each) -> series.add(each.endpoint().isSuspect(), each.name(), each.pool())),
                        "endpoint", "pool"),
                Family.gauge("vipgate_endpoint_draining",
                        "Connections of it that are made to end, since it is down.",
                        each((series, each) -> series.add(
                                each.endpoint().isDraining() ? each.endpoint().connections() : 0, each.name(),
                                each.pool())),
                        "endpoint", "pool"),
                Family.gauge("vipgate_endpoint_weight", "Share of new connections against the others'.",
                        each((series, each) -> series.add(each.endpoint().state().weight(), each.name(), each.pool())),
                        "endpoint", "pool"),
                Family.gauge("vipgate_endpoint_admin_state",
                        "What the operator wants of it: 1 for the state it is in.",
                        each(EndpointFamilies::addAdmin), "endpoint", "pool", "state"),
                Family.counter("vipgate_endpoint_transitions", "How often an address of it came up or went down.",
                        each(EndpointFamilies::addTransitions), "endpoint", "pool", "to"),
                Family.counter("vipgate_probe",
                        "Probes by result; inconclusive when the gateway itself stalled, so that the result says nothing about the endpoint.",
                        each(EndpointFamilies::addProbes), "endpoint", "pool", "result"),
                Family.histogram("vipgate_probe_seconds", "How long probes took.",
                        each(EndpointFamilies::addProbeTimes), "endpoint", "pool", "result"));
    }

    private void addBytes(Series series) throws IOException {
        each(series, "backend_to_client", Traffic::toClient);
        each(series, "client_to_backend", Traffic::toBackend);
    }

    private void each(Series series, String direction, ToLongFunction<Traffic> bytes) throws IOException {
        each((_, each) -> numbers.listeners().forEach((listener, served) -> {
            Traffic traffic = each.counts().traffic().get(listener);
            // A listener that serves another pool now may have served this one.
            if (traffic != null || served.contains(each.pool())) {
                series.add(traffic == null ? 0 : bytes.applyAsLong(traffic), direction, each.name(), listener,
                        each.pool());
            }
        })).addTo(series);
    }

    /** Relays for which no endpoint could be selected are told under an empty endpoint. */
    private void addClosed(Series series) throws IOException {
        for (PoolStats pool : numbers.pools()) {
            PoolCounts counts = numbers.loops().pools().getOrDefault(pool.name(), new PoolCounts());
            for (CloseReason reason : CloseReason.values()) {
                long count = counts.closedUnplaced().of(reason);
                if (count > 0) {
                    series.add(count, "", pool.name(), reason.label());
                }
            }
        }
        each((_, each) -> {
            for (CloseReason reason : CloseReason.values()) {
                series.add(each.counts().closed().of(reason), each.name(), each.pool(), reason.label());
            }
        }).addTo(series);
    }

    private static void addFailures(Series series, Told each) {
        for (ConnectFailure reason : ConnectFailure.values()) {
            series.add(each.counts().connectFailures().of(reason), each.name(), each.pool(), reason.label());
        }
    }

    private static void addAdmin(Series series, Told each) {
        for (AdminState state : AdminState.values()) {
            series.add(each.endpoint().state().admin() == state, each.name(), each.pool(),
                    state.name().toLowerCase(Locale.ROOT));
        }
    }

    private static void addTransitions(Series series, Told each) {
        series.add(each.endpoint().health().transitions(false), each.name(), each.pool(), "down");
        series.add(each.endpoint().health().transitions(true), each.name(), each.pool(), "up");
    }

    private static void addProbes(Series series, Told each) {
        if (each.endpoint().isProbed()) {
            for (ProbeResult.Outcome outcome : ProbeResult.Outcome.values()) {
                series.add(each.endpoint().health().probes(outcome).count(), each.name(), each.pool(),
                        outcome.label());
            }
        }
    }

    private static void addProbeTimes(Series series, Told each) {
        if (!each.endpoint().isProbed()) {
            return;
        }
        for (ProbeResult.Outcome outcome : ProbeResult.Outcome.values()) {
            Histogram times = each.endpoint().health().probes(outcome);
            if (times.count() > 0) {
                // Sixteen series each, most of which would stay empty for good.
                series.add(times, each.name(), each.pool(), outcome.label());
            }
        }
    }
}
