package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code weighted-random}: each candidate as likely as its weight says, in constant time.
 *
 * <p>Immutable.
 */
public final class WeightedRandom implements Balancer {
    private final Candidate[] candidates;
    private final AliasTable table;

    /** Makes a balancer over at least one candidate. */
    public WeightedRandom(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
        table = new AliasTable(this.candidates, Candidate::weight);
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        Candidate drawn = table.draw(context.random());
        if (context.isUsable(drawn.endpoint())) {
            return drawn;
        }
        return RandomPick.weightedAmongUsable(candidates, context);
    }

    @Override
    public double[] probabilities(SelectionContext context) {
        return SelectionProbability.proportional(candidates, context, Candidate::weight);
    }

    @Override
    public String reason(boolean isOnly) {
        return isOnly ? SelectionProbability.ONLY_ONE : "by chance, as the weights say";
    }
}
