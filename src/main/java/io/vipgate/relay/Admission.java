package io.vipgate.relay;

import io.vipgate.access.AccessList;
import io.vipgate.access.Refusal;
import io.vipgate.access.SourceDecision;
import io.vipgate.access.SourceHold;
import io.vipgate.access.SourceLimits;
import org.jspecify.annotations.Nullable;

/**
 * Judges who comes to a listener: blocks, the access list, limits per source, in this order.
 *
 * <p>Confined to its event loop.
 */
final class Admission {
    private final ListenerCounts counts;
    private final SourceDecision decision = new SourceDecision();
    private AdmissionRules rules = AdmissionRules.OPEN;

    Admission(ListenerCounts counts) {
        this.counts = counts;
    }

    void configure(AdmissionRules newRules) {
        rules = newRules;
    }

    /** Whether those that {@link #refusal} turns away get FIN. */
    boolean answersWithFin() {
        return rules.answersWithFin();
    }

    /** Why an address may not come in; null when it may. */
    @Nullable
    RefuseReason refusal(long high, long low) {
        AccessList access = rules.access();
        if (!rules.blocks().isEmpty() && rules.blocks().isBlocked(high, low)) {
            return RefuseReason.BLOCKED;
        }
        return access == null || access.isAllowed(high, low) ? null : dryRunOr(RefuseReason.ACCESS);
    }

    /**
     * The same of a peer that conveys others. The list of who may come in is about those; the peer itself is turned away only
     * where an entry denies it.
     */
    @Nullable
    RefuseReason refusalOfSender(long high, long low) {
        AccessList access = rules.access();
        if (!rules.blocks().isEmpty() && rules.blocks().isBlocked(high, low)) {
            return RefuseReason.BLOCKED;
        }
        return access == null || !access.isDenied(high, low) ? null : dryRunOr(RefuseReason.ACCESS);
    }

    private @Nullable RefuseReason dryRunOr(RefuseReason reason) {
        if (rules.isDryRun()) {
            counts.onWouldRefuse(reason);
            return null;
        }
        return reason;
    }

    /**
     * Counts a connection of a client that may come in.
     *
     * @return why its source has no place for it; null when there is one, which {@link #hold} holds
     */
    @Nullable
    RefuseReason enter(long high, long low, long now) {
        SourceLimits limits = rules.limits();
        if (limits == null) {
            return null;
        }
        limits.enter(high, low, now, decision);
        RefuseReason would = reason(decision.wouldRefuse());
        if (would != null) {
            counts.onWouldRefuse(would);
        }
        return reason(decision.refusal());
    }

    /** Of the connection that entered last: what is to be released at its end; null for nothing. */
    @Nullable
    SourceHold hold() {
        return rules.limits() == null ? null : decision.hold();
    }

    private static @Nullable RefuseReason reason(Refusal refusal) {
        return switch (refusal) {
            case NONE -> null;
            case CONNECTIONS -> RefuseReason.SOURCE_CONNECTIONS;
            case RATE -> RefuseReason.SOURCE_RATE;
        };
    }
}
