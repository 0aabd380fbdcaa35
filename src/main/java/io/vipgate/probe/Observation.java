package io.vipgate.probe;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a monitor knows of an endpoint besides its state.
 *
 * <p>Immutable.
 *
 * @param lastProbe empty before the first
 * @param healthSince when its health last changed, or when it was first watched
 */
public record Observation(Optional<LastProbe> lastProbe, Instant healthSince) {
    /**
     * A probe and its result.
     *
     * @param at when it ended
     * @param took how long it lasted
     */
    public record LastProbe(ProbeResult result, Instant at, Duration took) {}
}
