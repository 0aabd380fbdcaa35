package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;

/** Makes a loop's balancer for a list of candidates: a rule's constructor, or what gives it its settings. Thread-safe. */
@FunctionalInterface
public interface BalancerFactory {
    /**
     * Makes a balancer.
     *
     * @param candidates at least one, weights 1 to 256
     */
    Balancer over(List<Candidate> candidates);
}
