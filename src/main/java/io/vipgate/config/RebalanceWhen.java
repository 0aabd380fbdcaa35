package io.vipgate.config;

/** When a pool has relays move back by itself: {@code pools.P.rebalance.when}. */
public enum RebalanceWhen {
    /** Only when an operator asks. */
    NEVER,
    /** After an endpoint's return, until the relays are as they should be, once. */
    RECOVERY,
    /** Whenever they are not. */
    ALWAYS
}
