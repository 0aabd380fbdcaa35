package io.vipgate.telemetry;

import io.vipgate.clienthello.HelloResult;
import io.vipgate.counters.EnumCounter;
import io.vipgate.relay.ListenerCounts;
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
 * @param hellos what has led clients whose ClientHello was waited for
 * @param encryptedHellos ClientHellos with the extension of an encrypted one
 * @param queued clients that wait in the kernel's queue of a listener that is paused
 */
public record ListenerTotals(long accepted, EnumCounter<RefuseReason> refusals, EnumCounter<RefuseReason> dryRuns,
        EnumCounter<HelloResult> hellos, long encryptedHellos, long queued) {
    /** Nothing has happened. */
    public static final ListenerTotals NOTHING = of(new ListenerCounts(), 0);

    static ListenerTotals of(LoopListener listener, long queued) {
        return of(listener.counts(), queued);
    }

    private static ListenerTotals of(ListenerCounts counts, long queued) {
        return new ListenerTotals(counts.accepted(), counts.refused().copy(), counts.wouldRefuse().copy(),
                counts.hellos().copy(), counts.encryptedHellos(), queued);
    }

    /** Clients that were refused, for any reason. */
    public long refused() {
        return refusals.sum();
    }

    /** Both together. */
    public ListenerTotals plus(ListenerTotals other) {
        return new ListenerTotals(accepted + other.accepted, refusals.plus(other.refusals),
                dryRuns.plus(other.dryRuns), hellos.plus(other.hellos), encryptedHellos + other.encryptedHellos,
                queued + other.queued);
    }
}
