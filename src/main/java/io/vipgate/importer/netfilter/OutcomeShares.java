package io.vipgate.importer.netfilter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where new connections to one address and port go in the long run.
 *
 * <p>Immutable.
 *
 * @param outcomes together the whole, or nothing when none gets that far
 * @param drawn how the kernel chooses between them
 * @param lines of the rules that send them on
 * @param isExact whether the shares are exact
 */
record OutcomeShares(Map<Outcome, ExactShare> outcomes, Set<NumberSource.Kind> drawn, Set<Integer> lines,
        boolean isExact) {
    OutcomeShares {
        outcomes = new LinkedHashMap<>(outcomes);
        drawn = Set.copyOf(drawn);
        lines = new java.util.LinkedHashSet<>(lines);
    }

    /** Nobody is sent anywhere. */
    boolean isStaying() {
        return outcomes.keySet().stream().allMatch(Outcome.Stays.class::isInstance);
    }

    ExactShare share(Outcome outcome) {
        return outcomes.getOrDefault(outcome, ExactShare.NONE);
    }

    int firstLine() {
        return lines.stream().mapToInt(Integer::intValue).min().orElse(0);
    }
}
