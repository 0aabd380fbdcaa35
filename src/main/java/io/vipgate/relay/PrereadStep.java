package io.vipgate.relay;

import io.vipgate.linux.ClientAddress;

/**
 * Something that a client's first bytes decide before it has a relay. A step looks at what has come and says which of three
 * things holds: more is needed, the client is refused, or what comes next is done.
 *
 * <p>Confined to its event loop; keeps nothing of a client.
 */
abstract sealed class PrereadStep permits HeaderStep, HelloStep {
    private final long timeoutNanos;

    PrereadStep(long timeoutNanos) {
        this.timeoutNanos = timeoutNanos;
    }

    /** For all its bytes to come, from when the step begins. */
    final long timeoutNanos() {
        return timeoutNanos;
    }

    /** No more bytes than these are ever looked at, those of earlier steps counted. */
    abstract int maxBytes();

    /**
     * Looks at what has come.
     *
     * @param seen bytes in the loop's scratch memory, 1 or more
     */
    abstract void look(Preread client, int seen);

    /** Why a client is refused that has not sent everything in time. */
    abstract RefuseReason late();

    /** Why a client is refused that has left before. */
    abstract RefuseReason left();

    /** Tells the log of one that is late. */
    abstract void warnOfLate(Preread client, ClientAddress peer);
}
