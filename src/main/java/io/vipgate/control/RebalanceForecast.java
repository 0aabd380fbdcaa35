package io.vipgate.control;

import java.util.List;

/**
 * What rebalancing a pool would close.
 *
 * <p>Immutable.
 *
 * @param relays of the pool
 * @param perSecond most that are closed in a second
 * @param isHoming whether clients are to come home, whatever the shares
 * @param over how much more than its share an endpoint may have, as a share
 * @param givers endpoints that would lose some; none when all is as it should be
 */
public record RebalanceForecast(int relays, int perSecond, boolean isHoming, double over, List<Giver> givers) {
    /** Keeps its own copy. */
    public RebalanceForecast {
        givers = List.copyOf(givers);
    }

    /** What it aims at, for operators. */
    public String aim() {
        return RebalanceView.aim(isHoming);
    }

    /**
     * An endpoint that would lose some.
     *
     * @param endpoint its label
     * @param relays what it has
     * @param close relays to close, about: some of their clients may come back to it
     * @param idle relays that could be closed now
     */
    public record Giver(String endpoint, int relays, int close, int idle) {}
}
