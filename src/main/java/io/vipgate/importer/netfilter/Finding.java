package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.Unknowns.Unknown;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was found for one address and port.
 *
 * <p>Immutable.
 *
 * @param shares when they can be told
 * @param others clients for whom the shares do not hold: they are sent nowhere
 * @param deciders what decides that the rules alone do not tell; then there are no shares
 * @param needsInterface whether connections by other interfaces were not sent on
 */
record Finding(OutcomeShares shares, Others others, Set<String> deciders, boolean needsInterface) {
    /** What a finding that depends on the interface names. */
    static final String INTERFACE = "the interface (-i)";

    private static final OutcomeShares NOTHING = new OutcomeShares(Map.of(), Set.of(), Set.of(), true);

    Finding {
        deciders = new LinkedHashSet<>(deciders);
    }

    /** What rules are asked for. */
    enum Purpose {
        /** Where connections go. */
        TARGETS,
        /** Which connections are refused. */
        REFUSALS;

        /** Whether connections get what they are for. */
        private boolean isServed(OutcomeShares shares) {
            return this == TARGETS
                    ? shares.outcomes().keySet().stream().anyMatch(Outcome.Target.class::isInstance)
                    : shares.isStaying();
        }

        /** Whether none of them does, and nothing else happens to them that matters. */
        private boolean isUnserved(OutcomeShares shares) {
            return shares.outcomes().keySet().stream().allMatch(outcome -> outcome instanceof Outcome.Dropped
                    || (this == TARGETS && outcome instanceof Outcome.Stays));
        }

        /** Whether connections fare alike, whatever rules say so. */
        private boolean isSame(OutcomeShares one, OutcomeShares other) {
            boolean areRefused = this == REFUSALS && isUnserved(one) && isUnserved(other);
            return areRefused || one.outcomes().equals(other.outcomes());
        }

        /** Whether it counts where interfaces differ. */
        private boolean isMeant(OutcomeShares shares) {
            return this == TARGETS ? !shares.isStaying() : isServed(shares);
        }
    }

    /**
     * Clients that are not served.
     *
     * @param isStaying whether some of them stayed with this machine
     */
    record Others(Intervals clients, boolean isStaying) {
        static final Others NONE = new Others(new Intervals(List.of()), false);

        boolean isNobody() {
            return clients.all().isEmpty();
        }
    }

    /** Of connections by some interfaces. */
    private record Part(OutcomeShares shares, Others others) {
        boolean isSameAs(Part other) {
            return shares.outcomes().equals(other.shares.outcomes()) && others.equals(other.others);
        }
    }

    static Finding untold(Set<String> deciders) {
        return new Finding(NOTHING, Others.NONE, deciders, false);
    }

    boolean isTold() {
        return deciders.isEmpty();
    }

    boolean isStaying() {
        return isTold() && shares.isStaying();
    }

    /** Whether connections go to the same targets by the same shares, whatever rules send them there. */
    boolean isSameAs(Finding other) {
        return deciders.equals(other.deciders) && others.equals(other.others)
                && shares.outcomes().equals(other.shares.outcomes());
    }

    /** What all combinations of what is unknown come to. */
    static Finding of(List<Combination> combinations, ClientClasses classes, Purpose purpose) {
        List<Combination> whole = combinations.stream().filter(each -> !each.shares().outcomes().isEmpty()).toList();
        Set<Map<Unknown, Integer>> byInterface = new LinkedHashSet<>();
        whole.forEach(each -> byInterface.add(each.interfaces()));
        // Combinations that did not come to be asked for the interface hold for each.
        List<Map<Unknown, Integer>> fullest = byInterface.stream().filter(each -> byInterface.stream()
                .noneMatch(other -> other.size() > each.size() && other.entrySet().containsAll(each.entrySet())))
                .toList();
        List<Part> each = new ArrayList<>();
        for (Map<Unknown, Integer> interfaces : fullest) {
            List<Combination> group = whole.stream().filter(one -> isAlike(one.interfaces(), interfaces)).toList();
            Set<String> deciders = deciders(group, purpose);
            Optional<Part> bySource = deciders.isEmpty() ? Optional.empty() : bySource(group, classes, purpose);
            if (!deciders.isEmpty() && bySource.isEmpty()) {
                return untold(deciders);
            }
            each.add(bySource.orElseGet(() -> new Part(group.getFirst().shares(), Others.NONE)));
        }
        List<Part> meant = each.stream().filter(part -> purpose.isMeant(part.shares)).toList();
        if (meant.stream().anyMatch(part -> !part.isSameAs(meant.getFirst()))) {
            return untold(Set.of(INTERFACE));
        }
        Part one = !meant.isEmpty()
                ? meant.getFirst()
                : each.isEmpty() ? new Part(NOTHING, Others.NONE) : each.getFirst();
        return new Finding(one.shares, one.others, Set.of(), !meant.isEmpty() && meant.size() < each.size());
    }

    /** Where clients' addresses alone decide, and decide between being served in one way and not being served. */
    private static Optional<Part> bySource(List<Combination> group, ClientClasses classes, Purpose purpose) {
        Map<Integer, OutcomeShares> bySource = new LinkedHashMap<>();
        for (Combination each : group) {
            int source = each.valueOf(ClientClasses.SOURCE);
            OutcomeShares known = bySource.putIfAbsent(source, each.shares());
            if (source < 0 || (known != null && !purpose.isSame(known, each.shares()))) {
                return Optional.empty();
            }
        }
        Optional<OutcomeShares> served = bySource.values().stream().filter(purpose::isServed).findFirst();
        List<Intervals> others = new ArrayList<>();
        boolean isStaying = false;
        for (Map.Entry<Integer, OutcomeShares> each : bySource.entrySet()) {
            OutcomeShares shares = each.getValue();
            if (purpose.isServed(shares)) {
                if (!shares.outcomes().equals(served.orElseThrow().outcomes())) {
                    return Optional.empty();
                }
            } else if (purpose.isUnserved(shares)) {
                others.add(new Intervals(List.of(classes.clients(each.getKey()))));
                isStaying |= shares.isStaying();
            } else {
                return Optional.empty();
            }
        }
        Others unserved = new Others(Intervals.union(others), isStaying);
        return served.map(shares -> new Part(shares, unserved));
    }

    /** Whether there are connections by these interfaces of which both hold. */
    private static boolean isAlike(Map<Unknown, Integer> one, Map<Unknown, Integer> other) {
        return one.entrySet().stream().allMatch(
                each -> other.getOrDefault(each.getKey(), each.getValue()).equals(each.getValue()));
    }

    /** What makes a difference among these; nothing when they all are the same. */
    private static Set<String> deciders(List<Combination> group, Purpose purpose) {
        Set<String> deciders = new LinkedHashSet<>();
        if (group.stream().anyMatch(each -> !purpose.isSame(group.getFirst().shares(), each.shares()))) {
            group.forEach(each -> each.asked().keySet().stream().filter(unknown -> !unknown.isInterface())
                    .forEach(unknown -> deciders.add(unknown.name())));
        }
        return deciders;
    }
}
