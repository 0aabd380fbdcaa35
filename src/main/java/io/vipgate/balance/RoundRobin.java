package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * {@code round-robin}: in turn, spread evenly, each candidate exactly its weight's share of every full round. An
 * earliest-deadline queue: a candidate of weight w is due at (k + 1/2) / w for k = 0, 1, 2…, so that a pick takes
 * logarithmic time however many candidates and weights there are. A candidate that cannot be used at its turn has one
 * as soon as it can, and then goes on with its ordinary share.
 *
 * <p>Confined to one event loop.
 */
public final class RoundRobin implements Balancer {
    private final Candidate[] candidates;
    private final PriorityQueue<Turn> turns = new PriorityQueue<>();
    private final Turn[] passedOver;

    /** Makes a balancer over at least one candidate. */
    public RoundRobin(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
        for (Candidate candidate : candidates) {
            turns.add(new Turn(candidate));
        }
        passedOver = new Turn[candidates.size()];
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        Candidate selected = null;
        int passed = 0;
        while (selected == null && !turns.isEmpty()) {
            Turn turn = turns.remove();
            if (context.isUsable(turn.candidate.endpoint())) {
                selected = turn.candidate;
                // Who could not be used keeps one turn for the next connection, not all that it has missed: it would
                // take every connection for as long as it was away.
                for (int i = 0; i < passed; i++) {
                    passedOver[i].keepLastTurnBefore(turn);
                }
                turn.taken++;
                turns.add(turn);
            } else {
                passedOver[passed++] = turn;
            }
        }
        for (int i = 0; i < passed; i++) {
            turns.add(passedOver[i]);
        }
        return selected;
    }

    @Override
    public double[] probabilities(SelectionContext context) {
        // Not the next turn: each event loop has its own.
        return SelectionProbability.proportional(candidates, context, Candidate::weight);
    }

    @Override
    public String reason(boolean isOnly) {
        return isOnly
                ? SelectionProbability.ONLY_ONE
                : "in turn on each event loop; the probabilities are the shares of a whole round";
    }

    private static final class Turn implements Comparable<Turn> {
        final Candidate candidate;
        long taken;

        Turn(Candidate candidate) {
            this.candidate = candidate;
        }

        /** Gives up its turns but the last that is due no later than the other's. */
        void keepLastTurnBefore(Turn other) {
            taken = ((2 * other.taken + 1) * candidate.weight() / other.candidate.weight() - 1) / 2;
        }

        /** Earlier deadline first; at the same deadline the heavier, then the order of the configuration. */
        @Override
        public int compareTo(Turn other) {
            int byDeadline = Long.compare((2 * taken + 1) * other.candidate.weight(),
                    (2 * other.taken + 1) * candidate.weight());
            if (byDeadline != 0) {
                return byDeadline;
            }
            int byWeight = Integer.compare(other.candidate.weight(), candidate.weight());
            return byWeight != 0 ? byWeight : Integer.compare(candidate.position(), other.candidate.position());
        }
    }
}
