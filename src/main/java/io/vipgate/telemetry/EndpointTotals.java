package io.vipgate.telemetry;

import io.vipgate.relay.EndpointCounts;
import io.vipgate.relay.LoopEndpoint;

/**
 * What happened at an endpoint.
 *
 * <p>Immutable.
 *
 * @param connected connections made
 * @param failed attempts that failed
 * @param toBackend bytes delivered to it
 * @param toClient bytes delivered to its clients
 */
public record EndpointTotals(long connected, long failed, long toBackend, long toClient) {
    /** Nothing has happened. */
    public static final EndpointTotals NOTHING = new EndpointTotals(0, 0, 0, 0);

    static EndpointTotals of(LoopEndpoint endpoint) {
        EndpointCounts counts = endpoint.counts();
        return new EndpointTotals(counts.connected(), counts.connectFailures().sum(), counts.toBackend(),
                counts.toClient());
    }

    /** Both together. */
    public EndpointTotals plus(EndpointTotals other) {
        return new EndpointTotals(connected + other.connected, failed + other.failed, toBackend + other.toBackend,
                toClient + other.toClient);
    }

    /** What has come since the other. */
    public EndpointTotals minus(EndpointTotals other) {
        return new EndpointTotals(connected - other.connected, failed - other.failed, toBackend - other.toBackend,
                toClient - other.toClient);
    }
}
