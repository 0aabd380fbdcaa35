package io.vipgate.control;

import io.vipgate.config.RebalanceConfig;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.rebalance.Comebacks;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * What speaks against closing relays of a pool now, in words.
 *
 * <p>Stateless.
 */
final class RebalanceObstacles {
    private RebalanceObstacles() {}

    /** An endpoint that is suspect, or drained. */
    static Optional<String> in(PoolSnapshot snapshot, boolean isDownDrained) {
        Optional<String> found = snapshot.members().stream().filter(member -> member.state().isSuspect())
                .map(member -> "endpoint " + member.endpoint().label() + " is suspect").findFirst();
        if (found.isEmpty()) {
            found = snapshot.members().stream()
                    .filter(member -> !member.state().isEligible() && member.endpoint().connections() > 0)
                    .map(member -> "endpoint " + member.endpoint().label() + " " + why(member.state())
                            + ", and its relays are not over")
                    .findFirst();
        }
        return found.isEmpty() && isDownDrained
                ? Optional.of("the relays of an endpoint that is down are drained")
                : found;
    }

    private static String why(EndpointState state) {
        return state.admin() == AdminState.READY ? "has weight 0" : "is in " + state.admin();
    }

    /** An endpoint that would gain, and has not been back for long enough. */
    static Optional<String> young(Collection<Endpoint> gaining, Comebacks comebacks, RebalanceConfig rules, long now) {
        return gaining.stream().filter(endpoint -> !comebacks.hasTakenFor(endpoint, rules.after().toNanos(), now))
                .min(Comparator.comparing(Endpoint::label))
                .map(endpoint -> "endpoint " + endpoint.label() + " must have been up for " + seconds(rules.after())
                        + " first");
    }

    static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }
}
