package io.vipgate.metrics;

import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.probe.HealthCounts;
import java.util.List;
import java.util.OptionalLong;

/**
 * An endpoint of the configuration, with all addresses of its name.
 *
 * <p>Immutable, but for the counts of its probes.
 *
 * @param name in the configuration
 * @param members its addresses and their states; none while its name has none
 * @param configured the state of one without an address
 * @param isDraining whether connections of an address that is down are made to end
 * @param isProbed whether it is probed
 * @param isConnectingBounded whether its connects under way are counted
 * @param health what was counted of its probes and transitions
 */
public record EndpointStats(String name, List<PoolSnapshot.Member> members, EndpointState configured,
        boolean isDraining, boolean isProbed, boolean isConnectingBounded, HealthCounts health) {
    /** Whether one of its addresses is not DOWN: those that nobody has probed count as UP, as they do for clients. */
    boolean isUp() {
        return members.stream().anyMatch(member -> member.state().health() != Health.DOWN);
    }

    /** Whether one of its addresses is suspect. */
    boolean isSuspect() {
        return members.stream().anyMatch(member -> member.state().isSuspect());
    }

    /** Connections of all its addresses, those being made included. */
    int connections() {
        // All addresses of a name count on one bound, also those that are gone from it and still have relays.
        return members.isEmpty() ? 0 : members.getFirst().endpoint().limit().present();
    }

    /** Connects under way at all its addresses; empty where they are not counted. */
    OptionalLong connecting() {
        return isConnectingBounded
                ? OptionalLong.of(members.stream().mapToLong(member -> member.endpoint().connecting()).sum())
                : OptionalLong.empty();
    }

    /** What the operator wants of it, and its weight: all its addresses have them in common. */
    EndpointState state() {
        return members.isEmpty() ? configured : members.getFirst().state();
    }
}
