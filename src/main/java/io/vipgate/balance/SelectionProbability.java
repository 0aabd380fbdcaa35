package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * How likely each candidate is to be picked next by the rules that leave it to chance, or to their turn. For operators
 * who ask why; no rule uses it.
 *
 * <p>Stateless.
 */
public final class SelectionProbability {
    private SelectionProbability() {}

    /** {@code random}, by the candidates' shares; 0 for those that can't be used. */
    public static double[] random(List<Candidate> candidates, Predicate<Endpoint> isUsable) {
        return proportional(candidates, isUsable, Candidate::share);
    }

    /** {@code weighted-random}, by the candidates' weights, and the share of each in a whole round of {@code round-robin}. */
    public static double[] weighted(List<Candidate> candidates, Predicate<Endpoint> isUsable) {
        return proportional(candidates, isUsable, Candidate::weight);
    }

    private static double[] proportional(List<Candidate> candidates, Predicate<Endpoint> isUsable,
            ToIntFunction<Candidate> weighing) {
        double[] probabilities = new double[candidates.size()];
        double sum = 0;
        for (int i = 0; i < probabilities.length; i++) {
            if (isUsable.test(candidates.get(i).endpoint())) {
                probabilities[i] = weighing.applyAsInt(candidates.get(i));
                sum += probabilities[i];
            }
        }
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = sum == 0 ? 0 : probabilities[i] / sum;
        }
        return probabilities;
    }

    /** {@code power-of-two}, with the connections there are now. Takes time quadratic in the number of candidates. */
    public static double[] powerOfTwo(List<Candidate> candidates, Predicate<Endpoint> isUsable) {
        double[] drawn = proportional(candidates, _ -> true, Candidate::weight);
        double[] amongUsable = weighted(candidates, isUsable);
        double[] probabilities = new double[candidates.size()];
        double missed = 0;
        for (int i = 0; i < probabilities.length; i++) {
            for (int k = 0; k < probabilities.length; k++) {
                double both = drawn[i] * drawn[k];
                Candidate first = candidates.get(i);
                Candidate second = candidates.get(k);
                boolean isFirstUsable = isUsable.test(first.endpoint());
                boolean isSecondUsable = isUsable.test(second.endpoint());
                if (!isFirstUsable && !isSecondUsable) {
                    missed += both;
                } else if (isFirstUsable && (!isSecondUsable || Load.compare(first, first.endpoint().connections(),
                        second, second.endpoint().connections()) <= 0)) {
                    probabilities[i] += both;
                } else {
                    probabilities[k] += both;
                }
            }
        }
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] += missed * amongUsable[i];
        }
        return probabilities;
    }

    /** {@code least-connections}, with the connections there are now: the least loaded alike, since they take turns. */
    public static double[] leastConnections(List<Candidate> candidates, Predicate<Endpoint> isUsable) {
        double[] probabilities = new double[candidates.size()];
        int least = 0;
        for (int i = 0; i < probabilities.length; i++) {
            Candidate candidate = candidates.get(i);
            probabilities[i] = isUsable.test(candidate.endpoint()) && candidates.stream()
                    .filter(other -> isUsable.test(other.endpoint()))
                    .allMatch(other -> Load.compare(candidate, candidate.endpoint().connections(), other,
                            other.endpoint().connections()) <= 0)
                                    ? 1
                                    : 0;
            least += (int) probabilities[i];
        }
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = least == 0 ? 0 : probabilities[i] / least;
        }
        return probabilities;
    }
}
