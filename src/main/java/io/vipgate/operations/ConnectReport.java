package io.vipgate.operations;

import io.vipgate.admin.model.ConnectStatus;
import io.vipgate.control.ManagedPool;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.relay.ConnectBudget;
import io.vipgate.relay.ConnectRules;
import io.vipgate.relay.HedgeResult;
import io.vipgate.relay.HedgeRules;
import io.vipgate.telemetry.PoolTotals;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is told of hedged connects and of bounds on connects.
 *
 * <p>Stateless.
 */
final class ConnectReport {
    private static final double NANOS_PER_MILLI = 1e6;

    private ConnectReport() {}

    /** For the status; null when a pool neither hedges nor bounds anything. */
    static @Nullable ConnectStatus status(ManagedPool pool, PoolTotals totals) {
        ConnectRules rules = pool.plan().connect();
        HedgeRules hedge = rules.hedge();
        if (rules.equals(ConnectRules.NONE)) {
            return null;
        }
        Map<String, Long> byResult = new LinkedHashMap<>();
        for (HedgeResult result : HedgeResult.values()) {
            if (totals.hedges().of(result) > 0) {
                byResult.put(result.label(), totals.hedges().of(result));
            }
        }
        return new ConnectStatus(pool.config().connect().hedge().toString(),
                hedge == null ? null : hedge.delayNanos() / NANOS_PER_MILLI,
                hedge == null ? null : budget(hedge.budget()), byResult,
                rules.retryBudget() == null ? null : budget(rules.retryBudget()), totals.retriesRefused(),
                rules.maxConnecting(), rules.maxConnecting() == 0 ? null : connecting(pool.pool().snapshot()));
    }

    private static ConnectStatus.Budget budget(ConnectBudget budget) {
        OptionalLong most = budget.most();
        return new ConnectStatus.Budget(budget.used(System.nanoTime()),
                most.isPresent() ? (Long) most.getAsLong() : null);
    }

    private static Map<String, Long> connecting(PoolSnapshot snapshot) {
        Map<String, Long> byEndpoint = new LinkedHashMap<>();
        snapshot.members().forEach(member -> byEndpoint.put(member.endpoint().label(),
                (long) member.endpoint().connecting()));
        return byEndpoint;
    }

    /** Why an endpoint is passed over for the connects under way there; empty when it is not. */
    static Optional<String> whyPassedOver(ManagedPool pool, Endpoint endpoint) {
        return pool.plan().connect().hasManyConnecting(endpoint)
                ? Optional.of(endpoint.connecting() + " connects under way (maxConnecting)")
                : Optional.empty();
    }

    /**
     * What happens to a client whose endpoint does not answer soon; null in a pool that does not hedge.
     *
     * @param pinned where the client is sent by its pin; null when it is not
     */
    static @Nullable String hedge(ManagedPool pool, @Nullable Endpoint pinned) {
        HedgeRules hedge = pool.plan().connect().hedge();
        if (hedge == null) {
            return null;
        }
        PoolSnapshot snapshot = pool.pool().snapshot();
        if (pinned != null && snapshot.members().stream()
                .noneMatch(member -> member.endpoint().equals(pinned) && member.state().isSuspect())) {
            return "none: the client is pinned, and its endpoint is not suspect";
        }
        // A backup beside a backup alone: one that the client is pinned to, or that serves for want of primaries.
        boolean mayBeBackup = pinned == null
                ? snapshot.members().stream().noneMatch(member -> isGood(pool, member, false))
                : snapshot.members().stream()
                        .anyMatch(member -> member.endpoint().equals(pinned) && member.state().isBackup());
        long good = snapshot.members().stream().filter(member -> !member.endpoint().equals(pinned))
                .filter(member -> isGood(pool, member, mayBeBackup)).count();
        if (good < (pinned == null ? 2 : 1)) {
            return "none: there is no second endpoint that nothing speaks against";
        }
        long now = System.nanoTime();
        OptionalLong most = hedge.budget().most();
        String begun = " (" + hedge.budget().used(now) + (most.isPresent() ? " of " + most.getAsLong() : "")
                + " begun in the last " + ConnectBudget.SECONDS + " s)";
        return hedge.budget().isUsedUp(now)
                ? "none: the budget is used up" + begun
                : "a second endpoint is tried too when the first has not answered for " + millis(hedge.delayNanos())
                        + begun;
    }

    private static boolean isGood(ManagedPool pool, PoolSnapshot.Member member, boolean mayBeBackup) {
        EndpointState state = member.state();
        return state.isEligible() && state.isPrimeOrBackup() && (mayBeBackup || !state.isBackup())
                && !pool.plan().connect().isFull(member.endpoint());
    }

    private static String millis(long nanos) {
        return Math.round(nanos / NANOS_PER_MILLI) + " ms";
    }
}
