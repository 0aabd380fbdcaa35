package io.vipgate.config;

/** How a pool chooses an endpoint: {@code pools.P.balance}. */
public enum BalanceRule {
    /** Each endpoint alike. */
    RANDOM,
    /** By weight. */
    WEIGHTED_RANDOM,
    /** The less loaded of two drawn at random. */
    POWER_OF_TWO,
    /** In turn, by weight, smoothly; exact per event loop. */
    ROUND_ROBIN,
    /** The one with the fewest connections for its weight. */
    LEAST_CONNECTIONS,
    /** By a hash of the client address. */
    SOURCE_HASH
}
