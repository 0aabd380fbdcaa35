package io.vipgate.importer.netfilter;

import io.vipgate.importer.netfilter.Unknowns.Unknown;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was found for one address and port.
 *
 * <p>Immutable.
 *
 * @param shares when they can be told
 * @param deciders what decides that the rules alone do not tell; then there are no shares
 * @param needsInterface whether connections by other interfaces were not sent on
 */
record Finding(OutcomeShares shares, Set<String> deciders, boolean needsInterface) {
    /** What a finding that depends on the interface names. */
    static final String INTERFACE = "the interface (-i)";

    private static final OutcomeShares NOTHING = new OutcomeShares(Map.of(), Set.of(), Set.of(), true);

    Finding {
        deciders = new LinkedHashSet<>(deciders);
    }

    boolean isTold() {
        return deciders.isEmpty();
    }

    boolean isStaying() {
        return isTold() && shares.isStaying();
    }

    /** Whether connections go to the same targets by the same shares, whatever rules send them there. */
    boolean isSameAs(Finding other) {
        return deciders.equals(other.deciders) && shares.outcomes().equals(other.shares.outcomes());
    }

    /** What all combinations of what is unknown come to. */
    static Finding of(List<Map.Entry<Map<Unknown, Integer>, OutcomeShares>> combinations) {
        List<Map.Entry<Map<Unknown, Integer>, OutcomeShares>> whole = combinations.stream()
                .filter(each -> !each.getValue().outcomes().isEmpty()).toList();
        Set<Map<Unknown, Integer>> byInterface = new LinkedHashSet<>();
        whole.forEach(each -> byInterface.add(interfaces(each.getKey())));
        // Combinations that did not come to be asked for the interface hold for each.
        List<Map<Unknown, Integer>> fullest = byInterface.stream().filter(each -> byInterface.stream()
                .noneMatch(other -> other.size() > each.size() && other.entrySet().containsAll(each.entrySet())))
                .toList();
        List<OutcomeShares> each = new ArrayList<>();
        for (Map<Unknown, Integer> interfaces : fullest) {
            List<Map.Entry<Map<Unknown, Integer>, OutcomeShares>> group = whole.stream()
                    .filter(one -> isAlike(interfaces(one.getKey()), interfaces)).toList();
            Set<String> deciders = deciders(group);
            if (!deciders.isEmpty()) {
                return new Finding(NOTHING, deciders, false);
            }
            each.add(group.getFirst().getValue());
        }
        List<OutcomeShares> sending = each.stream().filter(shares -> !shares.isStaying()).toList();
        boolean isOne = sending.stream().map(OutcomeShares::outcomes).distinct().count() <= 1;
        if (!isOne) {
            return new Finding(NOTHING, Set.of(INTERFACE), false);
        }
        OutcomeShares one = !sending.isEmpty() ? sending.getFirst() : each.isEmpty() ? NOTHING : each.getFirst();
        return new Finding(one, Set.of(), !sending.isEmpty() && sending.size() < each.size());
    }

    private static Map<Unknown, Integer> interfaces(Map<Unknown, Integer> combination) {
        Map<Unknown, Integer> interfaces = new LinkedHashMap<>(combination);
        interfaces.keySet().removeIf(unknown -> !unknown.isInterface());
        return interfaces;
    }

    /** Whether there are connections by these interfaces of which both hold. */
    private static boolean isAlike(Map<Unknown, Integer> one, Map<Unknown, Integer> other) {
        return one.entrySet().stream().allMatch(
                each -> other.getOrDefault(each.getKey(), each.getValue()).equals(each.getValue()));
    }

    /** What makes a difference among these; nothing when they all are the same. */
    private static Set<String> deciders(List<Map.Entry<Map<Unknown, Integer>, OutcomeShares>> group) {
        Set<String> deciders = new LinkedHashSet<>();
        if (group.stream().map(each -> each.getValue().outcomes()).distinct().count() > 1) {
            group.forEach(each -> each.getKey().keySet().stream().filter(unknown -> !unknown.isInterface())
                    .forEach(unknown -> deciders.add(unknown.name())));
        }
        return deciders;
    }
}
