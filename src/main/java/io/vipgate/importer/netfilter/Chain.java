package io.vipgate.importer.netfilter;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A chain of rules, with an index of those that are about one address only.
 *
 * <p>Immutable.
 */
public final class Chain {
    private static final int FEW = 16;

    private final List<Rule> rules;
    private final Action policy;
    private final Map<BigInteger, List<Integer>> bySingleAddress = new HashMap<>();
    private final List<Integer> others = new ArrayList<>();

    /** Rules in their order, and what becomes of packets that come out behind the last, where it is a base chain. */
    public Chain(List<Rule> rules, Action policy) {
        this.rules = List.copyOf(rules);
        this.policy = policy;
        for (int i = 0; i < this.rules.size(); i++) {
            BigInteger single = this.rules.get(i).matches().stream()
                    .map(match -> match instanceof Match.Destination to ? to.addresses().single() : null)
                    .filter(java.util.Objects::nonNull).findFirst().orElse(null);
            (single == null ? others : bySingleAddress.computeIfAbsent(single, _ -> new ArrayList<>())).add(i);
        }
    }

    /** The same chain with each rule as it is met elsewhere. */
    public Chain withRules(UnaryOperator<Rule> change) {
        return new Chain(rules.stream().map(change).toList(), policy);
    }

    List<Rule> rules() {
        return rules;
    }

    Action policy() {
        return policy;
    }

    /** The rules that packets to an address may match, in order. */
    List<Rule> rulesAbout(BigInteger address) {
        if (rules.size() <= FEW) {
            return rules;
        }
        List<Integer> singles = bySingleAddress.getOrDefault(address, List.of());
        List<Rule> about = new ArrayList<>();
        int next = 0;
        for (int other : others) {
            while (next < singles.size() && singles.get(next) < other) {
                about.add(rules.get(singles.get(next++)));
            }
            if (rules.get(other).isAbout(address)) {
                about.add(rules.get(other));
            }
        }
        singles.subList(next, singles.size()).forEach(i -> about.add(rules.get(i)));
        return about;
    }
}
