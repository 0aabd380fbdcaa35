package io.vipgate.metrics;

import io.vipgate.neighbour.CoLocation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A pool of the configuration.
 *
 * <p>Immutable.
 *
 * @param endpoints in the order of the configuration
 * @param pins empty when it does not pin
 * @param withoutReturn names of endpoints whose answers to clients' addresses get lost; empty when the pool does not
 *     connect from those
 * @param hedgeDelay how long a connect may take before it is hedged, in seconds; empty when none is
 * @param skew greatest ratio of the relays that an endpoint has to those that it should have
 * @param coLocation which of its endpoints one machine answers for
 */
public record PoolStats(String name, List<EndpointStats> endpoints, Optional<PinStats> pins,
        Optional<Set<String>> withoutReturn, OptionalDouble hedgeDelay, double skew, CoLocation coLocation) {}
