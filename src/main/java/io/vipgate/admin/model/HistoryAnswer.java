package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import java.util.List;
import java.util.function.Supplier;

/**
 * Samples of the last ten minutes, as columns, each of which is copied when it is written.
 *
 * <p>Immutable.
 *
 * @param times in seconds of Unix time
 */
public record HistoryAnswer(long everySeconds, @Decimals(3) Supplier<double[]> times, List<Listener> listeners,
        List<Endpoint> endpoints) {
    /** What a listener has done; numbers that are not known are NaN. */
    public record Listener(String name, @Decimals(1) Supplier<float[]> acceptedPerSecond,
            @Decimals(1) Supplier<float[]> refusedPerSecond, @Decimals(1) Supplier<float[]> connections) {}

    /** What an endpoint has done; numbers that are not known are NaN. */
    public record Endpoint(String pool, String label, @Decimals(1) Supplier<float[]> connectionsPerSecond,
            @Decimals(1) Supplier<float[]> failuresPerSecond, @Decimals(1) Supplier<float[]> bytesToBackendPerSecond,
            @Decimals(1) Supplier<float[]> bytesToClientPerSecond, @Decimals(1) Supplier<float[]> connections) {}
}
