package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import org.jspecify.annotations.Nullable;

/** Random draws that several rules share. Immutable. */
final class RandomPick {
    private RandomPick() {}

    /** A number from 0 to bound - 1 out of 64 random bits, each as likely as the others to within bound / 2^64. */
    static int below(int bound, long random) {
        return (int) Math.unsignedMultiplyHigh(random, bound);
    }

    /** One of the usable candidates, as likely as its share says; null when there is none. */
    static @Nullable Candidate uniformAmongUsable(Candidate[] candidates, SelectionContext context) {
        return amongUsable(candidates, context, false);
    }

    /** One of the usable candidates, as likely as its weight says; null when there is none. */
    static @Nullable Candidate weightedAmongUsable(Candidate[] candidates, SelectionContext context) {
        return amongUsable(candidates, context, true);
    }

    /** Reservoir sampling: one pass, each usable candidate replaces the drawn one with its share of the weight so far. */
    private static @Nullable Candidate amongUsable(Candidate[] candidates, SelectionContext context,
            boolean isWeighted) {
        Candidate drawn = null;
        int total = 0;
        for (Candidate candidate : candidates) {
            if (context.isUsable(candidate.endpoint())) {
                int weight = isWeighted ? candidate.weight() : candidate.share();
                total += weight;
                if (below(total, context.random()) < weight) {
                    drawn = candidate;
                }
            }
        }
        return drawn;
    }
}
