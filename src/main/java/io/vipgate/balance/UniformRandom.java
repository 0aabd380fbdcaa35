package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code random}: every endpoint alike, whatever its weight; addresses of one name count as one endpoint.
 *
 * <p>Immutable.
 */
public final class UniformRandom implements Balancer {
    private final Candidate[] candidates;
    private final AliasTable table;

    /** Makes a balancer over at least one candidate. */
    public UniformRandom(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
        table = new AliasTable(this.candidates, Candidate::share);
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        Candidate drawn = table.draw(context.random());
        if (context.isUsable(drawn.endpoint())) {
            return drawn;
        }
        return RandomPick.uniformAmongUsable(candidates, context);
    }

    @Override
    public double[] probabilities(SelectionContext context) {
        return SelectionProbability.proportional(candidates, context, Candidate::share);
    }

    @Override
    public String reason(boolean isOnly) {
        return isOnly ? SelectionProbability.ONLY_ONE : "by chance, each alike";
    }
}
