package io.vipgate.telemetry;

import io.vipgate.relay.LoopListener;
import io.vipgate.relay.RefuseReason;

/**
 * What happened at a listener.
 *
 * <p>Immutable.
 *
 * @param accepted clients that came
 * @param refused clients that were refused
 */
public record ListenerTotals(long accepted, long refused) {
    /** Nothing has happened. */
    public static final ListenerTotals NOTHING = new ListenerTotals(0, 0);

    static ListenerTotals of(LoopListener listener) {
        long refused = 0;
        for (RefuseReason reason : RefuseReason.values()) {
            refused += listener.refused(reason);
        }
        return new ListenerTotals(listener.accepted(), refused);
    }

    /** Both together. */
    public ListenerTotals plus(ListenerTotals other) {
        return new ListenerTotals(accepted + other.accepted, refused + other.refused);
    }

    /** What has come since the other. */
    public ListenerTotals minus(ListenerTotals other) {
        return new ListenerTotals(accepted - other.accepted, refused - other.refused);
    }
}
