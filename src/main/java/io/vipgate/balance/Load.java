package io.vipgate.balance;

import io.vipgate.pool.Candidate;

/** How loaded a candidate is, relative to its weight. Immutable. */
final class Load {
    private Load() {}

    /**
     * Compares what the load of two candidates would be with one connection more, as exact fractions.
     *
     * @return negative when the first is less loaded, 0 when both are alike
     */
    static int compare(Candidate a, int loadOfA, Candidate b, int loadOfB) {
        return Long.compare((loadOfA + 1L) * b.weight(), (loadOfB + 1L) * a.weight());
    }
}
