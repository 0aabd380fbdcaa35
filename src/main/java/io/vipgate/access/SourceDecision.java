package io.vipgate.access;

import org.jspecify.annotations.Nullable;

/**
 * What {@link SourceLimits} say of one connection. One object serves all connections of an event loop.
 *
 * <p>Confined to the thread of its event loop.
 */
public final class SourceDecision {
    /** The source that was judged last, and the network around it. */
    final SourceKey source = new SourceKey();
    final SourceKey around = new SourceKey();

    private Refusal refusal = Refusal.NONE;
    private Refusal wouldRefuse = Refusal.NONE;
    private @Nullable SourceHold hold;

    /** Why the connection is to be refused; {@code NONE} when it is not. */
    public Refusal refusal() {
        return refusal;
    }

    /** Why it would be refused if this were no dry run; {@code NONE} when it would not. */
    public Refusal wouldRefuse() {
        return wouldRefuse;
    }

    /**
     * What counts the connection as open. {@link SourceHold#release} is to be called exactly once when it ends.
     *
     * @return null when the connection is refused, or nothing is counted
     */
    public @Nullable SourceHold hold() {
        return hold;
    }

    void admit(@Nullable SourceHold counted, Refusal over) {
        refusal = Refusal.NONE;
        wouldRefuse = over;
        hold = counted;
    }

    void refuse(Refusal over) {
        refusal = over;
        wouldRefuse = Refusal.NONE;
        hold = null;
    }
}
