package io.vipgate.telemetry;

import io.vipgate.counters.EnumCounter;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.RefuseReason;

/**
 * What happened at a listener.
 *
 * <p>Immutable.
 *
 * @param accepted clients that came
 * @param refusals clients that were refused
 * @param dryRuns clients that a dry run would have refused
 */
public record ListenerTotals(long accepted, EnumCounter<RefuseReason> refusals, EnumCounter<RefuseReason> dryRuns) {
    /** Nothing has happened. */
    public static final ListenerTotals NOTHING = new ListenerTotals(0, nothing(), nothing());

    static ListenerTotals of(LoopListener listener) {
        return new ListenerTotals(listener.accepted(), sum(listener.refused()), sum(listener.wouldRefuse()));
    }

    private static EnumCounter<RefuseReason> nothing() {
        return new EnumCounter<>(RefuseReason.class);
    }

    @SafeVarargs
    private static EnumCounter<RefuseReason> sum(EnumCounter<RefuseReason>... parts) {
        EnumCounter<RefuseReason> sum = nothing();
        for (EnumCounter<RefuseReason> part : parts) {
            sum.add(part);
        }
        return sum;
    }

    /** Clients that were refused, for any reason. */
    public long refused() {
        return refusals.sum();
    }

    /** Both together. */
    public ListenerTotals plus(ListenerTotals other) {
        return new ListenerTotals(accepted + other.accepted, sum(refusals, other.refusals),
                sum(dryRuns, other.dryRuns));
    }
}
