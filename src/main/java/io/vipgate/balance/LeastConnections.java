package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code least-connections}: the candidate with the fewest connections for its weight, counted over all loops. Takes
 * time linear in the number of candidates.
 *
 * <p>Candidates that are alike take turns: each time, all who are alike earn an equal part of the connection, and who gets
 * it pays for it whole; it goes to whoever has earned most. So shares stay fair whoever happens to be alike, and over
 * changes of the snapshot.
 *
 * <p>Confined to one event loop.
 */
public final class LeastConnections implements Balancer {
    private final Candidate[] candidates;
    /** How long until each one's turn among those that are alike. */
    private final long[] untilTurn;
    /** Who was alike at the last selection. */
    private final int[] alike;

    /** Makes a balancer over at least one candidate. */
    public LeastConnections(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
        untilTurn = new long[this.candidates.length];
        alike = new int[this.candidates.length];
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        int selected = -1;
        int leastConnections = 0;
        int count = 0;
        for (int i = 0; i < candidates.length; i++) {
            Candidate candidate = candidates[i];
            int connections = candidate.endpoint().connections();
            int compared = selected < 0
                    ? -1
                    : Load.compare(candidate, connections, candidates[selected], leastConnections);
            if (compared > 0 || !context.isUsable(candidate.endpoint())) {
                continue;
            }
            if (compared < 0) {
                count = 0;
            }
            if (compared < 0 || untilTurn[i] < untilTurn[selected]) {
                selected = i;
                leastConnections = connections;
            }
            alike[count++] = i;
        }
        if (selected < 0) {
            return null;
        }
        takeTurn(selected, count);
        return candidates[selected];
    }

    private void takeTurn(int selected, int count) {
        long part = Turns.TURN / count;
        for (int i = 0; i < count; i++) {
            untilTurn[alike[i]] -= part;
        }
        untilTurn[selected] += part * count;
    }

    @Override
    public void recall(Turns turns) {
        for (int i = 0; i < candidates.length; i++) {
            untilTurn[i] = turns.untilTurn(candidates[i].endpoint());
        }
    }

    @Override
    public void remember(Turns turns) {
        for (int i = 0; i < candidates.length; i++) {
            turns.keepUntilTurn(candidates[i].endpoint(), untilTurn[i]);
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
