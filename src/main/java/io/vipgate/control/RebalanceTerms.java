package io.vipgate.control;

import io.vipgate.config.BalanceRule;
import io.vipgate.config.PinBy;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.RebalanceConfig;
import io.vipgate.config.RebalanceWhen;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.rebalance.Comebacks;
import io.vipgate.rebalance.RelayShares;
import io.vipgate.relay.PoolPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a pool's configuration and its endpoints of this moment say of its rebalancing.
 *
 * <p>Immutable.
 */
record RebalanceTerms(PoolSnapshot snapshot, PoolConfig config, PoolPlan plan) {
    private static final long MICRO_NANOS = 1_000;

    RebalanceConfig rules() {
        return config.rebalance();
    }

    boolean isNever() {
        return rules().when() == RebalanceWhen.NEVER;
    }

    /** Whether clients are to come home, whatever the shares. */
    boolean isHoming() {
        return isPinning() || config.balance() == BalanceRule.SOURCE_HASH;
    }

    private boolean isPinning() {
        return config.pinning().by() != PinBy.NONE;
    }

    /**
     * The shares.
     *
     * @param leaving relays that do not count any more, by endpoint
     */
    RelayShares shares(Map<Endpoint, Integer> leaving) {
        return RelayShares.of(snapshot, config.balance(),
                endpoint -> Math.max(0, endpoint.load() - leaving.getOrDefault(endpoint, 0)));
    }

    /** Most relays that are closed in a second. */
    int perSecond(RelayShares shares) {
        return Math.max(1, (int) (rules().rate() * shares.total()));
    }

    /** How long a relay must be silent; by hand it must mean something in a pool whose silent relays end sooner. */
    long idleNanos() {
        Duration most = config.timeouts().idle();
        Duration wanted = rules().idleFor();
        return wanted.compareTo(most) < 0 ? wanted.toNanos() : most.toNanos() / 2;
    }

    /** Relays to close, about. */
    long closings(RelayShares shares) {
        return isHoming() ? 0 : shares.givers().stream().mapToLong(RelayShares.Part::closings).sum();
    }

    /**
     * What to ask the loops.
     *
     * @param isByHand then every endpoint takes clients home that has room
     * @param loops how many loops are asked
     */
    RebalanceSearch search(Comebacks comebacks, boolean isByHand, int loops, long now) {
        RelayShares shares = shares(Map.of());
        boolean isAnybody = isByHand || rules().when() != RebalanceWhen.RECOVERY;
        Set<Endpoint> open = shares.parts().stream().filter(RelayShares.Part::isServing)
                .map(RelayShares.Part::endpoint)
                .filter(endpoint -> isByHand || comebacks.hasTakenFor(endpoint, rules().after().toNanos(), now))
                .filter(endpoint -> isAnybody || comebacks.back().contains(endpoint))
                .filter(endpoint -> !endpoint.isFull()).collect(Collectors.toUnmodifiableSet());
        Set<Endpoint> without = shares.parts().stream().filter(part -> !part.isServing())
                .map(RelayShares.Part::endpoint).collect(Collectors.toUnmodifiableSet());
        List<Endpoint> from = (isHoming() ? shares.parts() : shares.givers()).stream()
                .map(RelayShares.Part::endpoint).filter(endpoint -> endpoint.connections() > 0).toList();
        return new RebalanceSearch(snapshot, plan, isPinning(), isHoming(), from, open, without, idleNanos(),
                perSecond(shares), loops, now / MICRO_NANOS);
    }

    /** How many of its relays each endpoint of a round is to give, and those of all together. */
    int[] surplus(RebalanceRound round, RelayShares shares) {
        int[] surplus = new int[round.from().size()];
        for (int place = 0; place < surplus.length; place++) {
            Endpoint endpoint = round.from().get(place);
            surplus[place] = isHoming()
                    ? round.astray(place)
                    : shares.givers().stream().filter(part -> part.endpoint().equals(endpoint))
                            .mapToInt(RelayShares.Part::surplus).sum();
        }
        return surplus;
    }

    /** What a run would close. Without a giver when shares are off by less than {@code over}. */
    RebalanceForecast forecast(RebalanceRound round) {
        RelayShares shares = shares(Map.of());
        List<RebalanceForecast.Giver> givers = shares.parts().stream()
                .filter(part -> round.from().contains(part.endpoint()))
                .filter(_ -> isHoming() || shares.isOff(rules().over())).map(part -> {
                    int place = round.from().indexOf(part.endpoint());
                    int close = isHoming() ? round.astray(place) : part.closings();
                    return new RebalanceForecast.Giver(part.endpoint().label(), part.relays(), close,
                            Math.min(close, round.idle(place)));
                }).filter(giver -> giver.close() > 0).toList();
        return new RebalanceForecast(shares.total(), perSecond(shares), isHoming(), rules().over(), givers);
    }
}
