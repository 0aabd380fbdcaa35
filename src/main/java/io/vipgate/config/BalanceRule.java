package io.vipgate.config;

/** How a pool chooses an endpoint: {@code pools.P.balance}. */
public enum BalanceRule {
    /** Each endpoint alike. */
    RANDOM(true),
    /** By weight. */
    WEIGHTED_RANDOM(true),
    /** The less loaded of two drawn at random. */
    POWER_OF_TWO(true),
    /** In turn, by weight, smoothly; exact per event loop. */
    ROUND_ROBIN(true),
    /** The one with the fewest connections for its weight. */
    LEAST_CONNECTIONS(true),
    /** By a hash of the client address. A smaller share would send clients elsewhere that have their place there. */
    SOURCE_HASH(false),
    /** The first in file order that has room. */
    FIRST(false);

    private final boolean heedsSlowStart;

    BalanceRule(boolean heedsSlowStart) {
        this.heedsSlowStart = heedsSlowStart;
    }

    /** Whether an endpoint that returns can begin with a smaller share: {@code pools.P.slowStart}. */
    public boolean heedsSlowStart() {
        return heedsSlowStart;
    }
}
