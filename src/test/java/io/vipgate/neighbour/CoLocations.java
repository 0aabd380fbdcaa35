package io.vipgate.neighbour;

import io.vipgate.pool.Endpoint;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets tests of other packages say who answers for endpoints.
 *
 * <p>Stateless.
 */
public final class CoLocations {
    private CoLocations() {}

    /** An endpoint, and the hardware address that answers for it; empty for nobody. */
    public record Answered(Endpoint endpoint, String mac) {}

    /** What follows from that. */
    public static CoLocation of(Answered... answered) {
        Map<String, Neighbour> answers = new HashMap<>();
        for (Answered each : answered) {
            answers.put(CoLocation.key(each.endpoint()),
                    each.mac().isEmpty() ? Members.NOBODY : Members.node(each.mac()));
        }
        List<Endpoint> endpoints = Arrays.stream(answered).map(Answered::endpoint).toList();
        return CoLocation.NOTHING.next(endpoints, address -> answers.getOrDefault(address, Members.NOBODY),
                Instant.EPOCH);
    }
}
