package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code least-connections}: the candidate with the fewest connections for its weight, counted over all loops. Takes
 * time linear in the number of candidates. Begins each search behind the last pick, so that candidates that are alike
 * take turns.
 *
 * <p>Confined to one event loop.
 */
public final class LeastConnections implements Balancer {
    private final Candidate[] candidates;
    private int start;
    private boolean hasPicked;

    /** Makes a balancer over at least one candidate. */
    public LeastConnections(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        Candidate least = null;
        int leastConnections = 0;
        int position = start;
        for (int i = 0; i < candidates.length; i++) {
            Candidate candidate = candidates[position];
            position = position + 1 == candidates.length ? 0 : position + 1;
            int connections = candidate.endpoint().connections();
            if ((least == null || Load.compare(candidate, connections, least, leastConnections) < 0)
                    && context.isUsable(candidate.endpoint())) {
                least = candidate;
                leastConnections = connections;
                start = position;
            }
        }
        hasPicked |= least != null;
        return least;
    }

    @Override
    public void recall(Turns turns) {
        int last = turns.lastPosition().orElse(-1);
        start = 0;
        while (start < candidates.length && candidates[start].position() <= last) {
            start++;
        }
        start %= candidates.length;
    }

    @Override
    public void remember(Turns turns) {
        if (hasPicked) {
            turns.keepLastPosition(candidates[(start == 0 ? candidates.length : start) - 1].position());
        }
    }

    @Override
    public double[] probabilities(SelectionContext context) {
        // The least loaded alike: they take turns.
        double[] least = new double[candidates.length];
        for (int i = 0; i < least.length; i++) {
            least[i] = isLeastLoaded(candidates[i], context) ? 1 : 0;
        }
        return SelectionProbability.ofSumOne(least);
    }

    @Override
    public String reason(boolean isOnly) {
        return isOnly
                ? "the only one that is least loaded"
                : "the least loaded for its weight, with the connections of now";
    }

    private boolean isLeastLoaded(Candidate candidate, SelectionContext context) {
        if (!context.isUsable(candidate.endpoint())) {
            return false;
        }
        int connections = candidate.endpoint().connections();
        for (Candidate other : candidates) {
            if (context.isUsable(other.endpoint())
                    && Load.compare(candidate, connections, other, other.endpoint().connections()) > 0) {
                return false;
            }
        }
        return true;
    }
}
