package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is: one address of it.
 *
 * <p>Immutable.
 *
 * @param label its name, with the address where a host name has several
 * @param adminSince null while nobody has changed it
 * @param ramp part of its weight that counts during a slow start, 0 to 1
 * @param share part of the pool's new connections in the time of the rates; null when there were none
 * @param probed false where nobody asks it: then it counts as up
 * @param lastProbe null before the first
 * @param drainLeftSeconds of one that is down: how long its connections have at most; null when they are not drained
 * @param overrides what an operator has set otherwise than the configuration
 */
public record EndpointStatus(String name, String label, String address, String admin, @Nullable Instant adminSince,
        String health, @Nullable Instant healthSince, boolean suspect, int weight, boolean backup,
        @Decimals(2) double ramp, int connections, int maxConnections, @Decimals(3) @Nullable Double share,
        @Decimals(1) double connectionsPerSecond, @Decimals(1) double failuresPerSecond,
        @Decimals(1) double bytesToBackendPerSecond, @Decimals(1) double bytesToClientPerSecond, long connected,
        long failed, long bytesToBackend, long bytesToClient, boolean probed, @Nullable LastProbe lastProbe,
        @Decimals(1) @Nullable Double drainLeftSeconds, List<String> overrides) {
    /**
     * A probe that has ended.
     *
     * @param millis how long it took
     */
    public record LastProbe(Instant at, String result, String cause, @Decimals(1) double millis) {}
}
