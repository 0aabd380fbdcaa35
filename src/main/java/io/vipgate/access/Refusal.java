package io.vipgate.access;

/** Which limit a source is over. */
public enum Refusal {
    /** None. */
    NONE,
    /** It has as many open connections as it may have. */
    CONNECTIONS,
    /** It makes more new connections than it may. */
    RATE
}
