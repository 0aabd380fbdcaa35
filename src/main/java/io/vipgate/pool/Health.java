package io.vipgate.pool;

/** What probes and connects have seen of an endpoint. Immutable. */
public enum Health {
    /** Nothing yet; chosen like {@link #UP}. */
    UNKNOWN,
    /** It works. */
    UP,
    /** It does not. */
    DOWN
}
