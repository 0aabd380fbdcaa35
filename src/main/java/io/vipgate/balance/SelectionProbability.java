package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What several rules tell operators in the same way. No selection uses it.
 *
 * <p>Stateless.
 */
final class SelectionProbability {
    /** The reason when chance, or a turn, has one candidate left. */
    static final String ONLY_ONE = "the only one that can be chosen";

    private SelectionProbability() {}

    /** Usable candidates as likely as they weigh; 0 for the others. */
    static double[] proportional(Candidate[] candidates, SelectionContext context,
            ToIntFunction<Candidate> weighing) {
        double[] parts = new double[candidates.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = context.isUsable(candidates[i].endpoint()) ? weighing.applyAsInt(candidates[i]) : 0;
        }
        return ofSumOne(parts);
    }

    /** 1 for the one that is selected for certain, 0 for the others; null selects none. */
    static double[] certain(Candidate[] candidates, @Nullable Candidate selected) {
        double[] probabilities = new double[candidates.length];
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = candidates[i].equals(selected) ? 1 : 0;
        }
        return probabilities;
    }

    /** The parts, each divided by their sum; as they are when that is 0. */
    static double[] ofSumOne(double[] parts) {
        double sum = 0;
        for (double part : parts) {
            sum += part;
        }
        for (int i = 0; i < parts.length; i++) {
            parts[i] = sum == 0 ? 0 : parts[i] / sum;
        }
        return parts;
    }
}
