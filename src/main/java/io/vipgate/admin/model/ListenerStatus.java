package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import java.util.List;

/**
 * How a listener is.
 *
 * <p>Immutable.
 */
public record ListenerStatus(String name, List<String> addresses, String pool, int connections, int maxConnections,
        long accepted, long refused, @Decimals(1) double acceptedPerSecond, @Decimals(1) double refusedPerSecond) {}
