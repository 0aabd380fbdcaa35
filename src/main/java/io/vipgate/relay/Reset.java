package io.vipgate.relay;

import io.vipgate.linux.SystemCalls;

/**
 * What is left of a relay one of whose sides is reset: the bytes which that side sent before still go to the other, the
 * survivor, which is reset in its turn when it has acknowledged them all, or when it takes nothing any more.
 *
 * <p>Confined to the event loop of its relay.
 */
final class Reset {
    /** How long a survivor may take no byte before it is reset with bytes still queued. */
    private static final long STUCK_NANOS = 1_000_000_000L;

    private final RelaySocket socket;
    private final Flow last;
    private long progressAt;
    private int leastUnacknowledged = Integer.MAX_VALUE;

    /**
     * Begins.
     *
     * @param last the flow from the side that is reset
     * @param now the loop's time
     */
    Reset(Flow last, long now) {
        this.socket = last.source;
        this.last = last;
        progressAt = now;
    }

    /** The side that is reset. */
    RelaySocket socket() {
        return socket;
    }

    /**
     * Whether the survivor may be reset now.
     *
     * @param lastDelivered when a byte last reached it
     */
    boolean isSettled(SystemCalls systemCalls, long now, long lastDelivered) {
        if (last.isOver()) {
            int unacknowledged = systemCalls.unacknowledged(last.target.fd);
            if (unacknowledged <= 0) {
                return true;
            }
            if (unacknowledged < leastUnacknowledged) {
                leastUnacknowledged = unacknowledged;
                progressAt = now;
            }
        }
        return now - Math.max(progressAt, lastDelivered) >= STUCK_NANOS;
    }
}
