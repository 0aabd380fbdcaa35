package io.vipgate.balance;

import io.vipgate.pool.Endpoint;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What one loop's balancers of a pool remember of its endpoints from one snapshot to the next, so that shares stay fair
 * however often a snapshot changes. Time stands still for an endpoint that is away: one that comes back after an hour has
 * its ordinary turn, and nothing to catch up on.
 *
 * <p>Confined to one event loop.
 */
public final class Turns {
    private final Map<Endpoint, Long> untilTurn = new HashMap<>();
    private OptionalInt lastPosition = OptionalInt.empty();

    /** Nothing is remembered. */
    public Turns() {}

    /** How long it is until an endpoint's turn, in what unit its rule counts; empty when that is not known. */
    OptionalLong untilTurn(Endpoint endpoint) {
        Long known = untilTurn.get(endpoint);
        return known == null ? OptionalLong.empty() : OptionalLong.of(known);
    }

    void keepUntilTurn(Endpoint endpoint, long time) {
        untilTurn.put(endpoint, time);
    }

    /** Where the endpoint that was picked last stands in the pool; empty when none was. */
    OptionalInt lastPosition() {
        return lastPosition;
    }

    void keepLastPosition(int position) {
        lastPosition = OptionalInt.of(position);
    }

    /** Forgets endpoints that are none of these. */
    public void retain(Collection<Endpoint> endpoints) {
        untilTurn.keySet().retainAll(endpoints);
    }
}
