package io.vipgate.control;

import io.vipgate.loops.LoopContext;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.relay.PoolPlan;
import io.vipgate.relay.RelayHomes;
import io.vipgate.relay.RelayHoming;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the loops are asked for a round of rebalancing.
 *
 * <p>Immutable.
 *
 * @param from whose relays are looked at
 * @param open who takes clients home
 * @param without who is not to keep clients: backups while primaries take them
 * @param most relays of an endpoint that a loop remembers
 * @param loops how many loops are asked
 * @param turn another one in each round
 */
record RebalanceSearch(PoolSnapshot snapshot, PoolPlan plan, boolean isPinning, boolean isHoming, List<Endpoint> from,
        Set<Endpoint> open, Set<Endpoint> without, long idleNanos, int most, int loops, long turn) {
    /** Begins on a loop. */
    void begin(LoopContext context, Consumer<RelayHoming.Found> onFound) {
        RelayHoming.find(context.relays(), new RelayHoming.Wanted(from, idleNanos, most, room(context.number())),
                homes(), onFound);
    }

    private RelayHomes homes() {
        PinTable pins = plan.pins();
        if (isPinning && pins != null) {
            return RelayHomes.ofPins(pins, open, without::contains);
        }
        return isHoming
                ? RelayHomes.ofRule(snapshot, plan.factory(), plan.transparent(), open)
                : RelayHomes.none();
    }

    /** Each loop gets its part of the places that are free. */
    private Map<Endpoint, Integer> room(int loop) {
        Map<Endpoint, Integer> room = new HashMap<>();
        if (isHoming) {
            for (Endpoint endpoint : open) {
                int most = endpoint.limit().most();
                if (most > 0) {
                    room.put(endpoint, part(Math.max(0, most - endpoint.limit().present()), loop, loops, turn));
                }
            }
        }
        return room;
    }

    /** Of places that do not suffice for all loops, another one has its part in each round. */
    static int part(int free, int loop, int loops, long turn) {
        return free / loops + (Math.floorMod(loop + turn, loops) < free % loops ? 1 : 0);
    }
}
