package io.vipgate.metrics;

import io.vipgate.clienthello.HelloResult;
import io.vipgate.counters.EnumCounter;
import io.vipgate.relay.ListenerCounts;
import io.vipgate.relay.ListenerState;
import io.vipgate.relay.RefuseReason;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The series of listeners.
 *
 * <p>Confined to the thread that writes.
 */
final class ListenerFamilies {
    /** Reasons that a dry run can only count. */
    private static final RefuseReason[] DRY_RUN = {RefuseReason.ACCESS, RefuseReason.SOURCE_CONNECTIONS,
        RefuseReason.SOURCE_RATE};

    private final List<Told> listeners;
    private final List<Told> routing;
    private final Map<String, Long> sourceEvictions;

    private record Told(String name, ListenerState state, ListenerCounts counts) {}

    ListenerFamilies(GatewayStats numbers) {
        listeners = numbers.listeners().keySet().stream().sorted()
                .map(name -> new Told(name, numbers.listenerStates().getOrDefault(name, ListenerState.READY),
                        numbers.loops().listeners().getOrDefault(name, new ListenerCounts())))
                .toList();
        routing = listeners.stream().filter(each -> numbers.routingListeners().contains(each.name())).toList();
        sourceEvictions = numbers.sourceEvictions();
    }

    List<Family> families() {
        return List.of(
                Family.twinCounter("vipgate_listener_connections_total", "Clients that got a relay.",
                        series -> listeners.forEach(each -> series.add(each.counts().accepted(), each.name())),
                        "listener"),
                Family.gauge("vipgate_listener_connections", "Relays that are open.",
                        series -> listeners.forEach(each -> series.add(each.counts().open(), each.name())),
                        "listener"),
                Family.gauge("vipgate_listener_state", "What the operator wants of it: 1 for the state it is in.",
                        this::addStates, "listener", "state"),
                Family.gauge("vipgate_listener_queued",
                        "Clients that wait in the kernel's queue while the listener is paused; else 0.",
                        series -> listeners.forEach(each -> series.add(each.counts().queued(), each.name())),
                        "listener"),
                Family.counter("vipgate_listener_refused",
                        "Clients refused; for fd_exhausted, pauses in accepting: the clients wait in the kernel's "
                                + "queue.",
                        series -> add(series, RefuseReason.values(), ListenerCounts::refused), "listener", "reason"),
                Family.counter("vipgate_listener_would_refuse",
                        "Clients that would have been refused but for a dry run of access or perSource.",
                        series -> add(series, DRY_RUN, ListenerCounts::wouldRefuse), "listener", "reason"),
                Family.counter("vipgate_source_evictions",
                        "How often perSource.maxEntries was too few: a source's rate was forgotten, or not kept.",
                        this::addEvictions, "listener"),
                Family.gauge("vipgate_listener_waiting",
                        "Clients whose PROXY header or ClientHello is waited for.",
                        series -> listeners.forEach(each -> series.add(each.counts().waiting(), each.name())),
                        "listener"),
                Family.counter("vipgate_listener_proxy_headers", "PROXY headers that were accepted.",
                        this::addHeaders, "listener", "version", "command"),
                Family.counter("vipgate_listener_hellos",
                        "Clients of listeners with tls, by what has led them.", this::addHellos, "listener", "result"),
                Family.counter("vipgate_listener_ech_hellos",
                        "ClientHellos with the extension of an encrypted one (ECH), or of random bytes that look like one.",
                        series -> routing.forEach(each -> series.add(each.counts().encryptedHellos(), each.name())),
                        "listener"));
    }

    /** Reasons that have one label are one series. */
    private void add(Series series, RefuseReason[] reasons,
            Function<ListenerCounts, EnumCounter<RefuseReason>> counted) {
        for (Told each : listeners) {
            Map<String, Long> byLabel = new LinkedHashMap<>();
            for (RefuseReason reason : reasons) {
                byLabel.merge(reason.label(), counted.apply(each.counts()).of(reason), Long::sum);
            }
            byLabel.forEach((label, count) -> series.add(count, each.name(), label));
        }
    }

    private void addStates(Series series) {
        for (Told each : listeners) {
            for (ListenerState state : ListenerState.values()) {
                series.add(state == each.state(), each.name(), state.label());
            }
        }
    }

    private void addEvictions(Series series) {
        new TreeMap<>(sourceEvictions).forEach((name, count) -> series.add(count, name));
    }

    private void addHellos(Series series) {
        for (Told each : routing) {
            for (HelloResult result : HelloResult.values()) {
                series.add(each.counts().hellos().of(result), each.name(), result.label());
            }
        }
    }

    private void addHeaders(Series series) {
        for (Told each : listeners) {
            for (ListenerCounts.HeaderKind kind : ListenerCounts.HeaderKind.values()) {
                series.add(each.counts().headers().of(kind), each.name(), kind.version(), kind.command());
            }
        }
    }
}
