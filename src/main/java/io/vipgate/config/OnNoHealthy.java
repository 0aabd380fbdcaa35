package io.vipgate.config;

/** What a new client gets when no endpoint of the pool is up. */
public enum OnNoHealthy {
    /** An endpoint that is down but ready: a probe may be wrong. */
    TRY_ANYWAY,
    /** A refusal. */
    REJECT
}
