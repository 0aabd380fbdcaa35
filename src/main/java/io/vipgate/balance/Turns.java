package io.vipgate.balance;

import io.vipgate.pool.Endpoint;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What one loop's balancers of a pool remember of its endpoints from one snapshot to the next, so that shares stay fair
 * however often a snapshot changes. Time stands still for an endpoint that is away: one that comes back after an hour has
 * its ordinary turn, and nothing to catch up on.
 *
 * <p>Confined to one event loop.
 */
public final class Turns {
    /** One turn, so that parts of one are whole numbers. */
    static final long TURN = 1L << 20;

    private final Map<Endpoint, Long> untilTurn = new HashMap<>();

    /** Nothing is remembered. */
    public Turns() {}

    /**
     * How long it is until an endpoint's turn, in parts of {@link #TURN}, where its share of each connection brings it
     * nearer; negative if it has had less than its share. Half a turn for one that is new.
     */
    long untilTurn(Endpoint endpoint) {
        return untilTurn.getOrDefault(endpoint, TURN / 2);
    }

    /** From one turn too late to one too early at most: what an endpoint may have missed or had beyond that is forgotten. */
    void keepUntilTurn(Endpoint endpoint, long time) {
        untilTurn.put(endpoint, Math.clamp(time, -TURN, 2 * TURN));
    }

    /** Forgets endpoints that are none of these. */
    public void retain(Collection<Endpoint> endpoints) {
        untilTurn.keySet().retainAll(endpoints);
    }
}
