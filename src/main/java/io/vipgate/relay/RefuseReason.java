package io.vipgate.relay;

import java.util.Locale;

/** Why a client was refused before it had a relay. Immutable. */
public enum RefuseReason {
    /** The listener is at {@code maxConnections}. */
    MAX_CONNECTIONS,
    /** The pool has no endpoint that may be used. */
    NO_ENDPOINT,
    /** Its pool's endpoints must be connected to from its address, and none can be. */
    CLIENT_ADDRESS,
    /** The listener's room is used up: the places that it keeps, and those that all listeners share. */
    NO_ROOM,
    /** The kernel gives no file descriptor. Counts the pauses in accepting: the clients wait in the kernel's queue. */
    FD_EXHAUSTED,
    /** The listener's access list turns it away. */
    ACCESS,
    /** An operator's block turns it away. */
    BLOCKED,
    /** Its source has as many open connections as {@code perSource} allows. */
    SOURCE_CONNECTIONS,
    /** Its source begins more connections than {@code perSource} allows. */
    SOURCE_RATE,
    /** It is not among those whose PROXY header is accepted, and others are rejected. */
    PROXY_UNTRUSTED,
    /** It sent something else than a PROXY header, or one that is malformed or of a version that is not accepted. */
    PROXY_INVALID,
    /** It sent no whole PROXY header in time. */
    PROXY_TIMEOUT,
    /** It left before it had sent a whole PROXY header. */
    PROXY_LEFT("proxy_timeout"),
    /** It had waited longest for its own first bytes when three quarters of the listener's places, or all, were taken so. */
    PREREAD_FULL,
    /** An operator has the listener refuse everybody. */
    REFUSING,
    /** It waited in the kernel's queue of a listener that was paused when its socket was closed. */
    PAUSED,
    /** It sent no ClientHello as the standards allow it, or one that is too long. */
    HELLO_INVALID,
    /** It does not begin with TLS, and such clients are rejected. */
    NOT_TLS,
    /** It sent no whole ClientHello in time. */
    HELLO_TIMEOUT,
    /** It left before it had sent a whole ClientHello. */
    HELLO_LEFT("hello_timeout"),
    /** It names no server, and such clients are rejected. */
    NO_SERVER_NAME,
    /** It names a server that no pool is for, and such clients are rejected. */
    UNKNOWN_SERVER_NAME;

    private final String label;

    RefuseReason() {
        label = name().toLowerCase(Locale.ROOT);
    }

    RefuseReason(String label) {
        this.label = label;
    }

    /** The name in metrics and logs; one that is counted with another has the other's. */
    public String label() {
        return label;
    }
}
