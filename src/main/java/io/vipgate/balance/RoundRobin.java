package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * {@code round-robin}: in turn, spread evenly, each candidate exactly its weight's share of every full round. An
 * earliest-deadline queue: a candidate of weight w is due at (k + 1/2) / w for k = 0, 1, 2…, so that a pick takes
 * logarithmic time however many candidates and weights there are. A candidate that cannot be used at its turn has one
 * as soon as it can, and then goes on with its ordinary share. How far each is from its turn outlives the snapshot.
 *
 * <p>Confined to one event loop.
 */
public final class RoundRobin implements Balancer {
    private static final long TURN = Turns.TURN;
    /** Products of a time and two weights stay below this. */
    private static final long MAX_PRODUCT = 1L << 62;

    private final Candidate[] candidates;
    private final PriorityQueue<Turn> turns = new PriorityQueue<>();
    private final Turn[] passedOver;
    /** In rounds, of {@code TURN} each. */
    private final long maxTime;
    /** The deadline that was met last, in turns of a candidate of that weight. */
    private long now;
    private long weightOfNow = 1;
    /** The sum of all deadlines when the time began. */
    private double beginning;

    /** Makes a balancer over at least one candidate. */
    public RoundRobin(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
        for (Candidate candidate : candidates) {
            turns.add(new Turn(candidate, TURN / 2));
        }
        beginning = sumOfDeadlines();
        passedOver = new Turn[candidates.size()];
        int heaviest = candidates.stream().mapToInt(Candidate::weight).max().orElse(1);
        maxTime = MAX_PRODUCT / heaviest / heaviest;
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
                now = turn.deadline;
                weightOfNow = turn.candidate.weight();
                turn.deadline += TURN;
                turns.add(turn);
            } else {
                passedOver[passed++] = turn;
            }
        }
        for (int i = 0; i < passed; i++) {
            turns.add(passedOver[i]);
        }
        if (now > maxTime * weightOfNow) {
            beginTimeAnew();
        }
        return selected;
    }

    /** Counts deadlines from now. */
    private void beginTimeAnew() {
        double share = sharePerWeight();
        List<Turn> all = List.copyOf(turns);
        turns.clear();
        all.forEach(turn -> turns.add(new Turn(turn.candidate, untilTurn(turn, share))));
        beginning = sumOfDeadlines();
        now = 0;
    }

    private double sumOfDeadlines() {
        return turns.stream().mapToDouble(turn -> turn.deadline).sum();
    }

    /**
     * The turns that everybody was due since the time began, for each unit of its weight: all that were had, shared out.
     * The deadline that was met last is no measure of that, as deadlines lie in heaps: who comes and goes would lose.
     */
    private double sharePerWeight() {
        return (sumOfDeadlines() - beginning) / Arrays.stream(candidates).mapToInt(Candidate::weight).sum();
    }

    private static long untilTurn(Turn turn, double sharePerWeight) {
        return turn.deadline - Math.round(sharePerWeight * turn.candidate.weight());
    }

    @Override
    public void recall(Turns remembered) {
        turns.clear();
        for (Candidate candidate : candidates) {
            turns.add(new Turn(candidate, remembered.untilTurn(candidate.endpoint())));
        }
        beginning = sumOfDeadlines();
    }

    @Override
    public void remember(Turns remembered) {
        double share = sharePerWeight();
        turns.forEach(turn -> remembered.keepUntilTurn(turn.candidate.endpoint(), untilTurn(turn, share)));
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
        /** In turns of this candidate: the k-th is due at k + 1/2. */
        long deadline;

        Turn(Candidate candidate, long deadline) {
            this.candidate = candidate;
            this.deadline = deadline;
        }

        /** Gives up its turns but the last that is due no later than the other's. */
        void keepLastTurnBefore(Turn other) {
            long due = other.deadline * candidate.weight() / other.candidate.weight();
            deadline += (due - deadline) / TURN * TURN;
        }

        /** Earlier deadline first; at the same deadline the heavier, then the order of the configuration. */
        @Override
        public int compareTo(Turn other) {
            int byDeadline = Long.compare(deadline * other.candidate.weight(),
                    other.deadline * candidate.weight());
            if (byDeadline != 0) {
                return byDeadline;
            }
            int byWeight = Integer.compare(other.candidate.weight(), candidate.weight());
            return byWeight != 0 ? byWeight : Integer.compare(candidate.position(), other.candidate.position());
        }
    }
}
