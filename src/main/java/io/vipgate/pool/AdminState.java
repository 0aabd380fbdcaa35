package io.vipgate.pool;

/** What the operator wants of an endpoint. Immutable. */
public enum AdminState {
    /** It takes new connections. */
    READY,
    /** It takes none but those of pinned clients, and finishes what it has. */
    DRAIN,
    /** It takes none at all. */
    MAINT
}
