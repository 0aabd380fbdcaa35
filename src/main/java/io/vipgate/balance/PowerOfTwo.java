package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code power-of-two}: draws two candidates by weight and takes the less loaded (M. Mitzenmacher, "The Power of Two
 * Choices in Randomized Load Balancing", 2001).
 *
 * <p>Immutable.
 */
public final class PowerOfTwo implements Balancer {
    /** Looking at all pairs takes quadratic time; beyond it operators are told the weights alone. */
    private static final int MAX_PAIRED = 512;

    private final Candidate[] candidates;
    private final AliasTable table;

    /** Makes a balancer over at least one candidate. */
    public PowerOfTwo(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
        table = new AliasTable(this.candidates, Candidate::weight);
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        Candidate first = table.draw(context.random());
        Candidate second = table.draw(context.random());
        boolean isFirstUsable = context.isUsable(first.endpoint());
        boolean isSecondUsable = context.isUsable(second.endpoint());
        if (isFirstUsable && isSecondUsable) {
            return Load.compare(first, first.endpoint().load(), second, second.endpoint().load()) <= 0
                    ? first
                    : second;
        }
        if (isFirstUsable) {
            return first;
        }
        return isSecondUsable ? second : RandomPick.weightedAmongUsable(candidates, context);
    }

    @Override
    public boolean isByLoad() {
        return true;
    }

    @Override
    public double[] probabilities(SelectionContext context) {
        double[] amongUsable = SelectionProbability.proportional(candidates, context, Candidate::weight);
        return candidates.length > MAX_PAIRED ? amongUsable : ofPairs(context, amongUsable);
    }

    @Override
    public String reason(boolean isOnly) {
        return isOnly
                ? SelectionProbability.ONLY_ONE
                : "the less loaded of two drawn by weight, with the connections of now that they have not finished";
    }

    /** With the connections there are now, over every pair that may be drawn. */
    private double[] ofPairs(SelectionContext context, double[] amongUsable) {
        double total = 0;
        for (Candidate candidate : candidates) {
            total += candidate.weight();
        }
        double[] probabilities = new double[candidates.length];
        double missed = 0;
        for (int i = 0; i < probabilities.length; i++) {
            for (int k = 0; k < probabilities.length; k++) {
                Candidate first = candidates[i];
                Candidate second = candidates[k];
                double both = first.weight() / total * (second.weight() / total);
                boolean isFirstUsable = context.isUsable(first.endpoint());
                boolean isSecondUsable = context.isUsable(second.endpoint());
                if (!isFirstUsable && !isSecondUsable) {
                    missed += both;
                } else if (isFirstUsable && (!isSecondUsable || Load.compare(first, first.endpoint().load(),
                        second, second.endpoint().load()) <= 0)) {
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
}
