package io.vipgate.metrics;

import io.vipgate.relay.ListenerCounts;
import io.vipgate.relay.RefuseReason;
import java.util.List;

/**
 * The series of listeners.
 *
 * <p>Confined to the thread that writes.
 */
final class ListenerFamilies {
    private final List<Told> listeners;

    private record Told(String name, ListenerCounts counts) {}

    ListenerFamilies(GatewayStats numbers) {
        listeners = numbers.listeners().keySet().stream().sorted()
                .map(name -> new Told(name, numbers.loops().listeners().getOrDefault(name, new ListenerCounts())))
                .toList();
    }

    List<Family> families() {
        return List.of(
                Family.twinCounter("vipgate_listener_connections_total", "Clients that got a relay.",
                        series -> listeners.forEach(each -> series.add(each.counts().accepted(), each.name())),
                        "listener"),
                Family.gauge("vipgate_listener_connections", "Relays that are open.",
                        series -> listeners.forEach(each -> series.add(each.counts().open(), each.name())),
                        "listener"),
                Family.counter("vipgate_listener_refused",
                        "Clients refused; for fd_exhausted, pauses in accepting: the clients wait in the kernel's "
                                + "queue.",
                        this::addRefused, "listener", "reason"));
    }

    private void addRefused(Series series) {
        for (Told each : listeners) {
            for (RefuseReason reason : RefuseReason.values()) {
                series.add(each.counts().refused().of(reason), each.name(), reason.label());
            }
        }
    }
}
