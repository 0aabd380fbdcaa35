package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import org.jspecify.annotations.Nullable;

/**
 * A rule over a fixed list of candidates. A new list means a new balancer, which {@link #recall}s what the one before
 * {@link #remember}ed. Besides picking, it tells an operator what it
 * would pick, and why.
 *
 * <p>Confined to one event loop, or to whoever asks for an explanation: a rule may remember whom it picked last.
 */
public interface Balancer {
    /**
     * Picks an endpoint.
     *
     * @return a usable candidate, or null when there is none
     */
    @Nullable
    Candidate select(SelectionContext context);

    /** Whether it compares {@link io.vipgate.pool.Endpoint#load}, so that finished connections have to be counted. */
    default boolean isByLoad() {
        return false;
    }

    /** Goes on where the balancer of the snapshot before left off. Rules without turns have nothing to recall. */
    default void recall(Turns turns) {}

    /** Leaves behind what the balancer of the next snapshot is to go on with. */
    default void remember(Turns turns) {}

    /**
     * How likely each candidate is to be picked next, for operators who ask. Changes nothing that a later selection
     * depends on. May take its time: no relay waits for it.
     *
     * @return from 0 to 1, in the order of the candidates; their sum is 1, or 0 when none is usable
     */
    double[] probabilities(SelectionContext context);

    /**
     * Why the rule picks as it does, in words that follow the endpoint's name and a colon, or stand alone.
     *
     * @param isOnly whether a single candidate has a probability
     */
    String reason(boolean isOnly);
}
