package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import io.vipgate.pool.ConnectionLimit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code least-connections}: the candidate with the fewest connections for its weight, counted over all loops, without those
 * that the endpoint has finished. Takes time linear in the number of candidates, about a nanosecond for each: other loops open and close connections at every
 * endpoint, and an order that is exact over all loops would need a write that they contend for with each connection.
 *
 * <p>Candidates that are alike take turns: each time, all who are alike earn an equal part of the connection, and who gets
 * it pays for it whole; it goes to whoever has earned most. So shares stay fair whoever happens to be alike, and over
 * changes of the snapshot.
 *
 * <p>Confined to one event loop.
 */
public final class LeastConnections implements Balancer {
    private final Candidate[] candidates;
    /** What a selection looks at of every candidate, so that it comes from few cache lines. */
    private final ConnectionLimit[] counted;
    private final int[] weights;
    /** How long until each one's turn among those that are alike. */
    private final long[] untilTurn;
    /** Who was alike at the last selection. */
    private final int[] alike;

    /** Makes a balancer over at least one candidate. */
    public LeastConnections(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
        counted = candidates.stream().map(each -> each.endpoint().counted()).toArray(ConnectionLimit[]::new);
        weights = candidates.stream().mapToInt(Candidate::weight).toArray();
        untilTurn = new long[this.candidates.length];
        alike = new int[this.candidates.length];
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        int selected = -1;
        // The load of the selected one: connections with one more, and weight. Everybody's is less than this.
        long leastConnections = 1L << Integer.SIZE;
        long weightOfLeast = 1;
        int count = 0;
        for (int i = 0; i < counted.length; i++) {
            long connections = counted[i].load() + 1L;
            long compared = connections * weightOfLeast - leastConnections * weights[i];
            if (compared > 0 || !context.isUsable(candidates[i].endpoint())) {
                continue;
            }
            if (compared < 0) {
                count = 0;
                leastConnections = connections;
                weightOfLeast = weights[i];
            }
            if (compared < 0 || untilTurn[i] < untilTurn[selected]) {
                selected = i;
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
    public boolean isByLoad() {
        return true;
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
                : "the least loaded for its weight, with the connections of now that it has not finished";
    }

    private boolean isLeastLoaded(Candidate candidate, SelectionContext context) {
        if (!context.isUsable(candidate.endpoint())) {
            return false;
        }
        int load = candidate.endpoint().load();
        for (Candidate other : candidates) {
            if (context.isUsable(other.endpoint())
                    && Load.compare(candidate, load, other, other.endpoint().load()) > 0) {
                return false;
            }
        }
        return true;
    }
}
