package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code first}: the first candidate in the order of the configuration that can be used, as {@code balance first} of
 * HAProxy, so that no more endpoints are in use than are needed. Uses no weights. Takes time linear in the number of
 * candidates that are full.
 *
 * <p>Immutable.
 */
public final class First implements Balancer {
    private final Candidate[] candidates;

    /** Makes a balancer over at least one candidate. */
    public First(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        for (Candidate candidate : candidates) {
            if (context.isUsable(candidate.endpoint())) {
                return candidate;
            }
        }
        return null;
    }

    @Override
    public double[] probabilities(SelectionContext context) {
        return SelectionProbability.certain(candidates, select(context));
    }

    @Override
    public String reason(boolean isOnly) {
        return "the first in the order of the file that can be used";
    }
}
