package io.vipgate.admin.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How ClientHellos lead the clients of a listener.
 *
 * <p>Immutable.
 *
 * @param names names and wildcards in the configuration
 * @param protocols protocols in the configuration
 * @param pools that clients may be led to, the listener's own first
 * @param hellosBy clients by what has led them; what has led nobody is left out
 * @param encrypted ClientHellos with the extension of an encrypted one (ECH)
 */
public record TlsRoutingStatus(int names, int protocols, List<String> pools, Map<String, Long> hellosBy,
        long encrypted) {
    /** Keeps its own copies. */
    public TlsRoutingStatus {
        pools = List.copyOf(pools);
        hellosBy = Collections.unmodifiableMap(new LinkedHashMap<>(hellosBy));
    }
}
