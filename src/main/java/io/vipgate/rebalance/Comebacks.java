package io.vipgate.rebalance;

import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Since when each endpoint of a pool takes clients without a break, and which have come back since their relays were last
 * seen to. An endpoint takes clients that is READY, has a weight, and is neither DOWN nor suspect; one that is new in the pool has
 * not come back.
 *
 * <p>Immutable. Times are nanoseconds on one monotonic clock.
 *
 * @param back who has come back
 */
public record Comebacks(Map<Endpoint, Sight> sights, Set<Endpoint> back) {
    /** Nobody has been seen yet. */
    public static final Comebacks NONE = new Comebacks(Map.of(), Set.of());

    /** Keeps its own copies. */
    public Comebacks {
        sights = Map.copyOf(sights);
        back = Set.copyOf(back);
    }

    /**
     * How an endpoint was seen last.
     *
     * @param since when that began
     */
    public record Sight(boolean isUsable, long since) {}

    /** After another look. */
    public Comebacks seen(PoolSnapshot snapshot, long now) {
        Map<Endpoint, Sight> next = new HashMap<>();
        Set<Endpoint> nextBack = new HashSet<>();
        for (PoolSnapshot.Member member : snapshot.members()) {
            boolean isUsable = isUsable(member.state());
            Sight before = sights.get(member.endpoint());
            next.put(member.endpoint(),
                    before != null && before.isUsable() == isUsable ? before : new Sight(isUsable, now));
            if (isUsable && (back.contains(member.endpoint()) || (before != null && !before.isUsable()))) {
                nextBack.add(member.endpoint());
            }
        }
        return new Comebacks(next, nextBack);
    }

    private static boolean isUsable(EndpointState state) {
        return state.isEligible() && state.health() != Health.DOWN && !state.isSuspect();
    }

    /** What there was to do for those who came back is done. */
    public Comebacks settled() {
        return new Comebacks(sights, Set.of());
    }

    /** Whether an endpoint has taken clients for so long without a break. */
    public boolean hasTakenFor(Endpoint endpoint, long nanos, long now) {
        Sight sight = sights.get(endpoint);
        return sight != null && sight.isUsable() && now - sight.since() >= nanos;
    }
}
