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
        Map<Map<Unknown, Integer>, List<Map.Entry<Map<Unknown, Integer>, OutcomeShares>>> byInterface = new LinkedHashMap<>();
        for (Map.Entry<Map<Unknown, Integer>, OutcomeShares> each : combinations) {
            if (!each.getValue().outcomes().isEmpty()) {
                Map<Unknown, Integer> interfaces = new LinkedHashMap<>(each.getKey());
                interfaces.keySet().removeIf(unknown -> !unknown.isInterface());
                byInterface.computeIfAbsent(interfaces, _ -> new ArrayList<>()).add(each);
            }
        }
        List<OutcomeShares> each = new ArrayList<>();
        for (List<Map.Entry<Map<Unknown, Integer>, OutcomeShares>> group : byInterface.values()) {
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
