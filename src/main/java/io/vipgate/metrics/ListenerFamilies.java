package io.vipgate.metrics;

import io.vipgate.relay.ListenerCounts;
import io.vipgate.relay.RefuseReason;
import java.util.List;

/**
 * The series of listeners.
 *
 * <p>Confined to the thread that collects.
 */
final class ListenerFamilies {
    private final Family.TwinCounter connections = new Family.TwinCounter("vipgate_listener_connections_total",
            "Clients that got a relay.", "listener");
    private final Family.Gauge open = new Family.Gauge("vipgate_listener_connections",
            "Relays that are open.", "listener");
    private final Family.Counter refused = new Family.Counter("vipgate_listener_refused",
            "Clients refused; for fd_exhausted, pauses in accepting: the clients wait in the kernel's queue.",
            "listener", "reason");

    void add(GatewayStats numbers) {
        for (String name : numbers.listeners().keySet()) {
            ListenerCounts counts = numbers.loops().listeners().getOrDefault(name, new ListenerCounts());
            connections.add(counts.accepted(), name);
            open.add(counts.open(), name);
            for (RefuseReason reason : RefuseReason.values()) {
                refused.add(counts.refused().of(reason), name, reason.label());
            }
        }
    }

    List<Family> families() {
        return List.of(connections, open, refused);
    }
}
