package io.vipgate.relay;

import java.util.Locale;

/** Why a client was refused before it had a relay. Immutable. */
public enum RefuseReason {
    /** The listener is at {@code maxConnections}. */
    MAX_CONNECTIONS,
    /** The pool has no endpoint that may be used. */
    NO_ENDPOINT,
    /** The listener's room is used up: the places that it keeps, and those that all listeners share. */
    NO_ROOM,
    /** The kernel gives no file descriptor. Counts the pauses in accepting: the clients wait in the kernel's queue. */
    FD_EXHAUSTED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in metrics and logs. */
    public String label() {
        return label;
    }
}
