package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import org.jspecify.annotations.Nullable;

/**
 * A rule over a fixed list of candidates. A new list means a new balancer.
 *
 * <p>Confined to one event loop: a rule may remember whom it picked last.
 */
public interface Balancer {
    /**
     * Picks an endpoint.
     *
     * @return a usable candidate, or null when there is none
     */
    @Nullable
    Candidate select(SelectionContext context);
}
