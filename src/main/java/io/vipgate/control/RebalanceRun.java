package io.vipgate.control;

import io.vipgate.pool.Endpoint;
import io.vipgate.rebalance.CloseProgress;
import io.vipgate.rebalance.RelayShares;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A rebalancing that is under way: what it has closed, and what that has brought.
 *
 * <p>Confined to the control thread.
 */
final class RebalanceRun {
    private final boolean isByHand;
    private final long begunAt;
    /** Relays that have been sent FIN and were not over when they were last counted. */
    private final Map<Endpoint, Integer> leaving = new HashMap<>();
    private @Nullable CloseProgress progress;
    /** Who had less than its share when the present progress began. */
    private Set<Endpoint> takers = Set.of();
    /** Whose relays were counted then. */
    private Set<Endpoint> counted = Set.of();
    private boolean isTold;
    private long closed;
    /** Part of those who are closed that come back elsewhere. */
    private double away = 1;

    RebalanceRun(boolean isByHand, long begunAt) {
        this.isByHand = isByHand;
        this.begunAt = begunAt;
    }

    boolean isByHand() {
        return isByHand;
    }

    long begunAt() {
        return begunAt;
    }

    /** Relays that were closed. */
    long closed() {
        return closed;
    }

    Map<Endpoint, Integer> leaving() {
        return leaving;
    }

    /** The loops have counted. */
    void count(RebalanceRound round) {
        leaving.clear();
        round.from().forEach(endpoint -> leaving.put(endpoint, round.leaving(endpoint)));
    }

    /** Whether this is to be told: once. */
    boolean tell() {
        boolean isFirst = !isTold;
        isTold = true;
        return isFirst;
    }

    /** It has to wait: what becomes of the clients meanwhile is not its doing. */
    void onInterrupted() {
        progress = null;
    }

    /**
     * What was closed for nothing in the last minute or more; empty when that is not known yet, or was not for nothing. An
     * endpoint that has come or gone takes relays with it, so that nothing can be told.
     */
    Optional<CloseProgress> vain(RelayShares shares, long astray, long now) {
        if (!counted.equals(shares.endpoints())) {
            progress = null;
        }
        CloseProgress last = progress;
        if (last == null || !last.isDue(now)) {
            return Optional.empty();
        }
        progress = null;
        return last.isVain(marks(shares, astray, 0)) ? Optional.of(last) : Optional.empty();
    }

    /**
     * Some are about to be closed.
     *
     * @param astray relays that are away from home; -1 where shares are the aim
     * @param excess relays that are to go
     * @param closings relays to close for that
     */
    void onClosing(RelayShares shares, long astray, long excess, long closings, long now) {
        away = (double) excess / Math.max(1, closings);
        if (progress == null) {
            counted = shares.endpoints();
            takers = shares.takers().stream().map(RelayShares.Part::endpoint).collect(Collectors.toUnmodifiableSet());
            progress = CloseProgress.begin(marks(shares, astray, excess), now);
        }
    }

    private CloseProgress.Marks marks(RelayShares shares, long astray, long excess) {
        long atTakers = shares.parts().stream().filter(part -> takers.contains(part.endpoint()))
                .mapToLong(RelayShares.Part::relays).sum();
        return new CloseProgress.Marks(atTakers, shares.total(), astray, excess);
    }

    /** So many are closed. */
    void onClosed(int count) {
        closed += count;
        CloseProgress last = progress;
        if (last != null) {
            progress = last.plus(count, away);
        }
    }
}
