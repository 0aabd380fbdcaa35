package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.Fraction;
import io.vipgate.importer.netfilter.Budget.ExhaustedException;
import io.vipgate.importer.netfilter.Traversal.End;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Many connections one after the other: counters that take turns go from state to state, and each state has its shares.
 *
 * <p>Without chance the states are a cycle at last. With it they are a Markov chain; where every state is got to as often as it is
 * left, which is so unless one packet meets a counter twice, all states are as likely.
 *
 * <p>Confined to one thread.
 */
final class LongRun {
    private static final int MAX_STATES = 2000;
    private static final int ROUNDS = 2000;

    private final Traversal traversal;
    private final List<Map<String, Integer>> states = new ArrayList<>();
    private final Map<Map<String, Integer>, Integer> numbers = new HashMap<>();
    private final List<Map<End, ExactShare>> ends = new ArrayList<>();

    private LongRun(Traversal traversal) {
        this.traversal = traversal;
    }

    static OutcomeShares of(Traversal traversal) throws ExhaustedException {
        LongRun run = new LongRun(traversal);
        boolean isComplete = run.explore();
        Map<Outcome, ExactShare> outcomes;
        boolean isExact = true;
        if (!isComplete) {
            traversal.takeTurnsByChance();
            outcomes = outcomes(traversal.run(Map.of()));
            isExact = false;
        } else if (run.isCertain()) {
            outcomes = run.averageOver(run.cycle());
        } else if (run.isBalanced()) {
            outcomes = run.averageOver(run.allStates());
        } else {
            outcomes = run.stationary();
            isExact = false;
        }
        return new OutcomeShares(outcomes, traversal.drawn(), traversal.lines(), isExact);
    }

    /** Finds every state that can come; false when they are too many. */
    private boolean explore() throws ExhaustedException {
        number(Map.of());
        for (int i = 0; i < states.size(); i++) {
            Map<End, ExactShare> next = normalized(traversal.run(states.get(i)));
            ends.add(next);
            next.keySet().forEach(end -> number(end.turns()));
            if (states.size() > MAX_STATES) {
                return false;
            }
        }
        return true;
    }

    private int number(Map<String, Integer> state) {
        Map<String, Integer> counted = new HashMap<>(state);
        counted.values().removeIf(turn -> turn == 0);
        Integer known = numbers.putIfAbsent(counted, states.size());
        if (known == null) {
            states.add(counted);
            return states.size() - 1;
        }
        return known;
    }

    /** Connections that other rules drop before go on being dropped by those: the others are the whole. */
    private static Map<End, ExactShare> normalized(Map<End, ExactShare> ends) {
        ExactShare whole = ends.values().stream().reduce(ExactShare.NONE, ExactShare::plus);
        if (!whole.isNone() && !whole.isAll()) {
            ends.replaceAll((_, share) -> share.dividedBy(whole));
        }
        return ends;
    }

    private static Map<Outcome, ExactShare> outcomes(Map<End, ExactShare> ends) {
        Map<Outcome, ExactShare> outcomes = new LinkedHashMap<>();
        normalized(ends).forEach((end, share) -> outcomes.merge(end.outcome(), share, ExactShare::plus));
        return outcomes;
    }

    private boolean isCertain() {
        return ends.stream().allMatch(each -> nextStates(each).size() <= 1);
    }

    private Set<Integer> nextStates(Map<End, ExactShare> from) {
        Set<Integer> next = new HashSet<>();
        from.keySet().forEach(end -> next.add(number(end.turns())));
        return next;
    }

    private List<Integer> allStates() {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            all.add(i);
        }
        return all;
    }

    /** The states that come again and again, from the first on. */
    private List<Integer> cycle() {
        List<Integer> way = new ArrayList<>();
        int at = 0;
        while (!way.contains(at)) {
            way.add(at);
            Set<Integer> next = nextStates(ends.get(at));
            at = next.isEmpty() ? at : next.iterator().next();
        }
        return way.subList(way.indexOf(at), way.size());
    }

    /** Whether each state is got to with the same probability as it is left. */
    private boolean isBalanced() {
        ExactShare[] into = new ExactShare[states.size()];
        Arrays.fill(into, ExactShare.NONE);
        for (Map<End, ExactShare> from : ends) {
            from.forEach((end, share) -> {
                int to = number(end.turns());
                into[to] = into[to].plus(share);
            });
        }
        return Arrays.stream(into).allMatch(ExactShare::isAll);
    }

    private Map<Outcome, ExactShare> averageOver(List<Integer> some) {
        Map<Outcome, ExactShare> average = new LinkedHashMap<>();
        ExactShare each = ExactShare.of(1, some.size());
        for (int state : some) {
            ends.get(state).forEach((end, share) -> average.merge(end.outcome(), share.times(each), ExactShare::plus));
        }
        return average;
    }

    private record Edge(int from, int to, double share) {}

    private Map<Outcome, ExactShare> stationary() {
        double[] likely = new double[states.size()];
        double[] average = new double[states.size()];
        likely[0] = 1;
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            int from = i;
            ends.get(i).forEach((end, share) -> edges.add(new Edge(from, number(end.turns()), share.value())));
        }
        for (int round = 0; round < 2 * ROUNDS; round++) {
            double[] next = new double[likely.length];
            for (Edge edge : edges) {
                next[edge.to] += likely[edge.from] * edge.share;
            }
            likely = next;
            if (round >= ROUNDS) {
                for (int i = 0; i < average.length; i++) {
                    average[i] += likely[i] / ROUNDS;
                }
            }
        }
        Map<Outcome, ExactShare> outcomes = new LinkedHashMap<>();
        for (int i = 0; i < average.length; i++) {
            ExactShare here = ExactShare.of(Fraction.nearest(Math.min(1, average[i])));
            ends.get(i).forEach((end, share) -> outcomes.merge(end.outcome(), share.times(here), ExactShare::plus));
        }
        return outcomes;
    }
}
