package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import java.util.List;

/**
 * How a listener is.
 *
 * <p>Immutable.
 *
 * @param maxConnections its own bound, or what the process has descriptors for
 * @param keptConnections of the places that the process has, those that no other listener can take
 */
public record ListenerStatus(String name, List<String> addresses, String pool, int connections, int maxConnections,
        int keptConnections, long accepted, long refused, @Decimals(1) double acceptedPerSecond,
        @Decimals(1) double refusedPerSecond) {}
