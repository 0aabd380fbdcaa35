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
import java.util.TreeSet;

/**
 * What was found for one address and port.
 *
 * <p>Immutable.
 *
 * @param shares when they can be told
 * @param others clients for whom the shares do not hold: they are sent nowhere
 * @param deciders what decides that the rules alone do not tell; then there are no shares
 * @param incoming the interfaces whose connections are sent on, by their values; empty where all are
 */
record Finding(OutcomeShares shares, Others others, Set<String> deciders, Set<Integer> incoming) {
    /** What a finding that depends on the interface names. */
    static final String INTERFACE = "the interface";

    private static final OutcomeShares NOTHING = new OutcomeShares(Map.of(), Set.of(), Set.of(), true);

    Finding {
        deciders = new LinkedHashSet<>(deciders);
        incoming = Set.copyOf(incoming);
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
        return new Finding(NOTHING, Others.NONE, deciders, Set.of());
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
    static Finding of(List<Combination> combinations, ClientClasses classes) {
        List<Combination> whole = combinations.stream().filter(each -> !each.shares().outcomes().isEmpty()).toList();
        Set<Map<Unknown, Integer>> byInterface = new LinkedHashSet<>();
        whole.forEach(each -> byInterface.add(each.interfaces()));
        // Combinations that did not come to be asked for the interface hold for each.
        List<Map<Unknown, Integer>> fullest = byInterface.stream().filter(each -> byInterface.stream()
                .noneMatch(other -> other.size() > each.size() && other.entrySet().containsAll(each.entrySet())))
                .toList();
        List<Part> each = new ArrayList<>();
        Set<Integer> incoming = new TreeSet<>();
        for (Map<Unknown, Integer> interfaces : fullest) {
            List<Combination> group = whole.stream().filter(one -> isAlike(one.interfaces(), interfaces)).toList();
            Set<String> deciders = deciders(group);
            Optional<Part> bySource = deciders.isEmpty() ? Optional.empty() : bySource(group, classes);
            if (!deciders.isEmpty() && bySource.isEmpty()) {
                return untold(deciders);
            }
            each.add(bySource.orElseGet(() -> new Part(group.getFirst().shares(), Others.NONE)));
            if (!each.getLast().shares.isStaying()) {
                incoming.add(ClientClasses.incoming(interfaces));
            }
        }
        List<Part> meant = each.stream().filter(part -> !part.shares.isStaying()).toList();
        if (meant.stream().anyMatch(part -> !part.isSameAs(meant.getFirst()))) {
            return untold(Set.of(INTERFACE));
        }
        Part one = !meant.isEmpty()
                ? meant.getFirst()
                : each.isEmpty() ? new Part(NOTHING, Others.NONE) : each.getFirst();
        return new Finding(one.shares, one.others, Set.of(), incoming.contains(-1) ? Set.of() : incoming);
    }

    /** Where clients' addresses alone decide, and decide between being served in one way and not being served. */
    private static Optional<Part> bySource(List<Combination> group, ClientClasses classes) {
        Map<Integer, OutcomeShares> bySource = new LinkedHashMap<>();
        for (Combination each : group) {
            int source = each.valueOf(ClientClasses.SOURCE);
            OutcomeShares known = bySource.putIfAbsent(source, each.shares());
            if (source < 0 || (known != null && !known.outcomes().equals(each.shares().outcomes()))) {
                return Optional.empty();
            }
        }
        Optional<OutcomeShares> served = bySource.values().stream().filter(Finding::isServed).findFirst();
        List<Intervals> others = new ArrayList<>();
        boolean isStaying = false;
        for (Map.Entry<Integer, OutcomeShares> each : bySource.entrySet()) {
            OutcomeShares shares = each.getValue();
            if (isServed(shares)) {
                if (!shares.outcomes().equals(served.orElseThrow().outcomes())) {
                    return Optional.empty();
                }
            } else if (isUnserved(shares)) {
                others.add(new Intervals(List.of(classes.clients(each.getKey()))));
                isStaying |= shares.isStaying();
            } else {
                return Optional.empty();
            }
        }
        Others unserved = new Others(Intervals.union(others), isStaying);
        return served.map(shares -> new Part(shares, unserved));
    }

    private static boolean isServed(OutcomeShares shares) {
        return shares.outcomes().keySet().stream().anyMatch(Outcome.Target.class::isInstance);
    }

    /** Whether none is sent anywhere, and nothing else happens to them that matters. */
    private static boolean isUnserved(OutcomeShares shares) {
        return shares.outcomes().keySet().stream()
                .allMatch(outcome -> outcome instanceof Outcome.Dropped || outcome instanceof Outcome.Stays);
    }

    /** Whether there are connections by these interfaces of which both hold. */
    private static boolean isAlike(Map<Unknown, Integer> one, Map<Unknown, Integer> other) {
        return one.entrySet().stream().allMatch(
                each -> other.getOrDefault(each.getKey(), each.getValue()).equals(each.getValue()));
    }

    /** What makes a difference among these; nothing when they all are the same. */
    private static Set<String> deciders(List<Combination> group) {
        Set<String> deciders = new LinkedHashSet<>();
        if (group.stream().anyMatch(each -> !group.getFirst().shares().outcomes().equals(each.shares().outcomes()))) {
            group.forEach(each -> each.asked().keySet().stream().filter(unknown -> !unknown.isInterface())
                    .forEach(unknown -> deciders.add(unknown.name())));
        }
        return deciders;
    }
}
