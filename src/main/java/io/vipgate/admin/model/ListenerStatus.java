package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a listener is.
 *
 * <p>Immutable.
 *
 * @param state {@code ready}, {@code paused} or {@code refusing}
 * @param stateSince when an operator made it so; null while it is ready
 * @param queued clients that wait in the kernel's queue while it is paused; else 0
 * @param maxConnections its own bound, or what the process has descriptors for
 * @param keptConnections of the places that the process has, those that no other listener can take
 * @param waiting clients among the connections whose PROXY header or ClientHello is waited for
 * @param tls how ClientHellos lead its clients; null when they do not
 * @param refusedBy refused clients by reason; reasons that nobody was refused for are left out
 * @param wouldRefuseBy the same of clients that a dry run would have refused
 */
public record ListenerStatus(String name, List<String> addresses, String pool, String state,
        @Nullable Instant stateSince, long queued, int connections, int maxConnections,
        int keptConnections, int waiting, @Nullable TlsRoutingStatus tls, long accepted, long refused,
        Map<String, Long> refusedBy,
        Map<String, Long> wouldRefuseBy, @Decimals(1) double acceptedPerSecond,
        @Decimals(1) double refusedPerSecond) {
    /** Keeps its own copies. */
    public ListenerStatus {
        addresses = List.copyOf(addresses);
        refusedBy = Collections.unmodifiableMap(new LinkedHashMap<>(refusedBy));
        wouldRefuseBy = Collections.unmodifiableMap(new LinkedHashMap<>(wouldRefuseBy));
    }
}
