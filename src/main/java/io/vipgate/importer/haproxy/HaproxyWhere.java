package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ClientSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * The clients for which a condition holds: as far as their addresses decide, for every combination of the {@link HaproxyFacts} that
 * are not known now.
 *
 * <p>Immutable.
 *
 * @param surely one set for each combination, or one for all
 * @param possibly those and the clients for which it can't be told
 */
record HaproxyWhere(List<ClientSet> surely, List<ClientSet> possibly) {
    static final HaproxyWhere EVERYWHERE = of(ClientSet.ALL);
    static final HaproxyWhere NOWHERE = of(ClientSet.NONE);
    static final HaproxyWhere UNKNOWN = new HaproxyWhere(List.of(ClientSet.NONE), List.of(ClientSet.ALL));

    HaproxyWhere {
        surely = List.copyOf(surely);
        possibly = List.copyOf(possibly);
    }

    /** Addresses of which it is known. */
    static HaproxyWhere of(ClientSet clients) {
        return new HaproxyWhere(List.of(clients), List.of(clients));
    }

    /** One set for each combination. */
    static HaproxyWhere of(List<ClientSet> clients) {
        return new HaproxyWhere(clients, clients);
    }

    HaproxyWhere and(HaproxyWhere other) {
        return new HaproxyWhere(each(surely, other.surely, ClientSet::and),
                each(possibly, other.possibly, ClientSet::and));
    }

    HaproxyWhere or(HaproxyWhere other) {
        return new HaproxyWhere(each(surely, other.surely, ClientSet::or),
                each(possibly, other.possibly, ClientSet::or));
    }

    HaproxyWhere not() {
        return new HaproxyWhere(possibly.stream().map(ClientSet::complement).toList(),
                surely.stream().map(ClientSet::complement).toList());
    }

    HaproxyWhere without(HaproxyWhere other) {
        return and(other.not());
    }

    /** Whether it is known to hold for every client. */
    boolean isEverywhere() {
        return surely.stream().allMatch(ClientSet::isAll);
    }

    /** Whether it is known to hold for no client. */
    boolean isNowhere() {
        return surely.stream().allMatch(ClientSet::isEmpty);
    }

    /** For a combination of facts. */
    ClientSet surely(int combination) {
        return surely.size() == 1 ? surely.getFirst() : surely.get(combination);
    }

    /** Whether it is known for every client that is left. */
    boolean isToldFor(HaproxyWhere rest) {
        HaproxyWhere untold = new HaproxyWhere(each(possibly, surely, ClientSet::without), List.of(ClientSet.ALL))
                .and(new HaproxyWhere(rest.possibly, rest.possibly));
        return untold.surely.stream().allMatch(ClientSet::isEmpty);
    }

    private static List<ClientSet> each(List<ClientSet> one, List<ClientSet> other,
            BinaryOperator<ClientSet> operator) {
        List<ClientSet> all = new ArrayList<>();
        for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
            all.add(operator.apply(one.size() == 1 ? one.getFirst() : one.get(i),
                    other.size() == 1 ? other.getFirst() : other.get(i)));
        }
        return all;
    }
}
