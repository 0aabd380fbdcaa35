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
public final class Odds {
    private Odds() {}

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
        double[] odds = new double[candidates.size()];
        double sum = 0;
        for (int i = 0; i < odds.length; i++) {
            if (isUsable.test(candidates.get(i).endpoint())) {
                odds[i] = weighing.applyAsInt(candidates.get(i));
                sum += odds[i];
            }
        }
        for (int i = 0; i < odds.length; i++) {
            odds[i] = sum == 0 ? 0 : odds[i] / sum;
        }
        return odds;
    }

    /** {@code power-of-two}, with the connections there are now. Takes time quadratic in the number of candidates. */
    public static double[] powerOfTwo(List<Candidate> candidates, Predicate<Endpoint> isUsable) {
        double[] drawn = proportional(candidates, _ -> true, Candidate::weight);
        double[] amongUsable = weighted(candidates, isUsable);
        double[] odds = new double[candidates.size()];
        double missed = 0;
        for (int i = 0; i < odds.length; i++) {
            for (int k = 0; k < odds.length; k++) {
                double both = drawn[i] * drawn[k];
                Candidate first = candidates.get(i);
                Candidate second = candidates.get(k);
                boolean isFirstUsable = isUsable.test(first.endpoint());
                boolean isSecondUsable = isUsable.test(second.endpoint());
                if (!isFirstUsable && !isSecondUsable) {
                    missed += both;
                } else if (isFirstUsable && (!isSecondUsable || Load.compare(first, first.endpoint().connections(),
                        second, second.endpoint().connections()) <= 0)) {
                    odds[i] += both;
                } else {
                    odds[k] += both;
                }
            }
        }
        for (int i = 0; i < odds.length; i++) {
            odds[i] += missed * amongUsable[i];
        }
        return odds;
    }

    /** {@code least-connections}, with the connections there are now: the least loaded alike, since they take turns. */
    public static double[] leastConnections(List<Candidate> candidates, Predicate<Endpoint> isUsable) {
        double[] odds = new double[candidates.size()];
        int least = 0;
        for (int i = 0; i < odds.length; i++) {
            Candidate candidate = candidates.get(i);
            odds[i] = isUsable.test(candidate.endpoint()) && candidates.stream()
                    .filter(other -> isUsable.test(other.endpoint()))
                    .allMatch(other -> Load.compare(candidate, candidate.endpoint().connections(), other,
                            other.endpoint().connections()) <= 0)
                                    ? 1
                                    : 0;
            least += (int) odds[i];
        }
        for (int i = 0; i < odds.length; i++) {
            odds[i] = least == 0 ? 0 : odds[i] / least;
        }
        return odds;
    }
}
