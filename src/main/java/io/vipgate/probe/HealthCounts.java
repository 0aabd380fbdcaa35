package io.vipgate.probe;

import io.vipgate.counters.BucketBounds;
import io.vipgate.counters.Histogram;
import java.util.EnumMap;
import java.util.Map;

/**
 * What was counted of an endpoint's probes and health, over all addresses that its name has and had.
 *
 * <p>Thread-safe, by its lock: probes are few.
 */
public final class HealthCounts {
    private final Map<ProbeResult.Outcome, Histogram> probes = new EnumMap<>(ProbeResult.Outcome.class);
    private long ups;
    private long downs;

    /** Makes counts of nothing. */
    public HealthCounts() {
        for (ProbeResult.Outcome outcome : ProbeResult.Outcome.values()) {
            probes.put(outcome, new Histogram(BucketBounds.ROUND_TRIPS));
        }
    }

    /**
     * A probe is over.
     *
     * @param nanos how long it took
     */
    public synchronized void onProbed(ProbeResult.Outcome outcome, long nanos) {
        of(outcome).record(nanos);
    }

    /** An address of the endpoint has come up or gone down. */
    public synchronized void onTransition(boolean isUp) {
        if (isUp) {
            ups++;
        } else {
            downs++;
        }
    }

    /** How long probes with this result took, and how many they were; a copy. */
    public synchronized Histogram probes(ProbeResult.Outcome outcome) {
        Histogram copy = new Histogram(BucketBounds.ROUND_TRIPS);
        copy.add(of(outcome));
        return copy;
    }

    /** How often it came up, or went down. */
    public synchronized long transitions(boolean isUp) {
        return isUp ? ups : downs;
    }

    private Histogram of(ProbeResult.Outcome outcome) {
        return probes.computeIfAbsent(outcome, _ -> new Histogram(BucketBounds.ROUND_TRIPS));
    }
}
