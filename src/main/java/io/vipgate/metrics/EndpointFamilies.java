package io.vipgate.metrics;

import io.vipgate.counters.Histogram;
import io.vipgate.pool.AdminState;
import io.vipgate.probe.ProbeResult;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.EndpointCounts;
import io.vipgate.relay.PoolCounts;
import io.vipgate.relay.Traffic;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The series of endpoints, and of the relays to them.
 *
 * <p>Confined to the thread that collects.
 */
final class EndpointFamilies {
    private final Family.Counter bytes = new Family.Counter("vipgate_relay_bytes",
            "Bytes delivered so far, also of relays that are open.", "listener", "pool", "endpoint", "direction");
    private final Family.Counter closed = new Family.Counter("vipgate_relay_closed",
            "Relays that ended; those that no endpoint could be selected for have an empty endpoint.", "pool",
            "endpoint", "reason");
    private final Family.TwinCounter connections = new Family.TwinCounter("vipgate_endpoint_connections_total",
            "Connections that were made.", "pool", "endpoint");
    private final Family.Gauge open = new Family.Gauge("vipgate_endpoint_connections",
            "Connections now, those being made included.", "pool", "endpoint");
    private final Family.Counter failures = new Family.Counter("vipgate_endpoint_connect_failures",
            "Attempts to connect that failed; local ones are this machine's own fault.", "pool", "endpoint", "reason");
    private final Family.Times connectTimes = new Family.Times("vipgate_endpoint_connect_seconds",
            "How long it took to connect, where that succeeded.", "pool", "endpoint");
    private final Family.Gauge up = new Family.Gauge("vipgate_endpoint_up",
            "Whether an address of it is not DOWN.", "pool", "endpoint");
    private final Family.Gauge suspect = new Family.Gauge("vipgate_endpoint_suspect",
            "Whether an address of it is suspect.", "pool", "endpoint");
    private final Family.Gauge weight = new Family.Gauge("vipgate_endpoint_weight",
            "Share of new connections against the others'.", "pool", "endpoint");
    private final Family.Gauge admin = new Family.Gauge("vipgate_endpoint_admin_state",
            "What the operator wants of it: 1 for the state it is in.", "pool", "endpoint", "state");
    private final Family.Counter transitions = new Family.Counter("vipgate_endpoint_transitions",
            "How often an address of it came up or went down.", "pool", "endpoint", "to");
    private final Family.Counter probes = new Family.Counter("vipgate_probe",
            "Probes by result; inconclusive when the gateway itself stalled, so that the result says nothing about the endpoint.",
            "pool", "endpoint", "result");
    private final Family.Times probeTimes = new Family.Times("vipgate_probe_seconds",
            "How long probes took.", "pool", "endpoint", "result");

    void add(GatewayStats numbers, PoolStats pool, PoolCounts counts) {
        for (EndpointStats endpoint : pool.endpoints()) {
            EndpointCounts counted = counts.endpoints().getOrDefault(endpoint.name(), new EndpointCounts());
            addRelays(numbers, pool.name(), endpoint.name(), counted);
            addState(pool.name(), endpoint);
            open.add(endpoint.connections(), pool.name(), endpoint.name());
            if (endpoint.isProbed()) {
                addProbes(pool.name(), endpoint);
            }
        }
        PoolFamilies.addUnplaced(closed, pool.name(), counts);
    }

    private void addRelays(GatewayStats numbers, String pool, String endpoint, EndpointCounts counts) {
        numbers.listeners().forEach((listener, served) -> {
            Traffic traffic = counts.traffic().get(listener);
            // A listener that serves another pool now may have served this one.
            if (traffic != null || served.equals(pool)) {
                bytes.add(traffic == null ? 0 : traffic.toBackend(), listener, pool, endpoint, "client_to_backend");
                bytes.add(traffic == null ? 0 : traffic.toClient(), listener, pool, endpoint, "backend_to_client");
            }
        });
        for (CloseReason reason : CloseReason.values()) {
            closed.add(counts.closed().of(reason), pool, endpoint, reason.label());
        }
        connections.add(counts.connected(), pool, endpoint);
        for (ConnectFailure reason : ConnectFailure.values()) {
            failures.add(counts.connectFailures().of(reason), pool, endpoint, reason.label());
        }
        connectTimes.add(counts.connectTimes(), pool, endpoint);
    }

    private void addState(String pool, EndpointStats endpoint) {
        up.add(endpoint.isUp(), pool, endpoint.name());
        suspect.add(endpoint.isSuspect(), pool, endpoint.name());
        weight.add(endpoint.state().weight(), pool, endpoint.name());
        for (AdminState state : AdminState.values()) {
            admin.add(endpoint.state().admin() == state, pool, endpoint.name(),
                    state.name().toLowerCase(Locale.ROOT));
        }
        for (Map.Entry<String, Boolean> to : Map.of("up", true, "down", false).entrySet()) {
            transitions.add(endpoint.health().transitions(to.getValue()), pool, endpoint.name(), to.getKey());
        }
    }

    private void addProbes(String pool, EndpointStats endpoint) {
        for (ProbeResult.Outcome outcome : ProbeResult.Outcome.values()) {
            Histogram times = endpoint.health().probes(outcome);
            probes.add(times.count(), pool, endpoint.name(), outcome.label());
            if (times.count() > 0) {
                // Sixteen series each, most of which would stay empty for good.
                probeTimes.add(times, pool, endpoint.name(), outcome.label());
            }
        }
    }

    List<Family> families() {
        return List.of(bytes, closed, connections, open, failures, connectTimes, up, suspect, weight, admin,
                transitions, probes, probeTimes);
    }
}
