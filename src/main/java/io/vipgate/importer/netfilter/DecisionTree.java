package io.vipgate.importer.netfilter;

import io.vipgate.importer.netfilter.Unknowns.Unknown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What of all that is unknown decides whether something is so.
 *
 * <p>Confined to one thread.
 */
final class DecisionTree {
    private static final int SO = 1;

    private final Predicate<Combination> isSo;
    private final Map<Node, Integer> numbers = new HashMap<>();
    private final Map<Unknown, List<Integer>> deciders = new LinkedHashMap<>();

    /** Something that is asked, and by its values the numbers of what they lead to. */
    private record Node(Unknown unknown, Map<Integer, Integer> branches) {}

    private DecisionTree(Predicate<Combination> isSo) {
        this.isSo = isSo;
    }

    /**
     * Each that decides, with the values that make a difference.
     *
     * @param combinations in the order in which {@link Unknowns#advance} came to them
     */
    static Map<Unknown, List<Integer>> of(List<Combination> combinations, Predicate<Combination> isSo) {
        DecisionTree tree = new DecisionTree(isSo);
        int _ = tree.number(combinations, 0);
        return tree.deciders;
    }

    /** Alike numbers for what comes to the same. */
    private int number(List<Combination> combinations, int depth) {
        Combination first = combinations.getFirst();
        Unknown asked = first.asked().keySet().stream().skip(depth).findFirst().orElse(null);
        if (asked == null) {
            return isSo.test(first) ? SO : 0;
        }
        Map<Integer, List<Combination>> byValue = new TreeMap<>();
        combinations.forEach(each -> byValue.computeIfAbsent(each.asked().getOrDefault(asked, 0),
                _ -> new ArrayList<>()).add(each));
        Map<Integer, Integer> branches = new TreeMap<>();
        byValue.forEach((value, some) -> branches.put(value, number(some, depth + 1)));
        int usual = branches.values().iterator().next();
        List<Integer> others = branches.entrySet().stream().filter(each -> each.getValue() != usual)
                .map(Map.Entry::getKey).toList();
        if (others.isEmpty()) {
            return usual;
        }
        List<Integer> known = deciders.computeIfAbsent(asked, _ -> new ArrayList<>());
        others.stream().filter(value -> !known.contains(value)).forEach(known::add);
        return numbers.computeIfAbsent(new Node(asked, branches), _ -> SO + 1 + numbers.size());
    }
}
