package io.vipgate.importer.nginx;

import io.vipgate.importer.common.Fraction;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a text with variables can come to.
 *
 * <p>Immutable.
 *
 * @param values what it can be, with the share of the connections for which it is; without meaning unless {@code hasShares}
 * @param isComplete whether it can't be anything else
 * @param hasShares whether the shares are known
 * @param deciders the variables and keys that decide which value it is; none for a constant
 */
record NginxChoice(Map<String, Fraction> values, boolean isComplete, boolean hasShares, Set<String> deciders) {
    private static final int MAX_VALUES = 1000;

    static NginxChoice constant(String value) {
        return new NginxChoice(Map.of(value, Fraction.ONE), true, true, Set.of());
    }

    /** What only a connection tells. */
    static NginxChoice unknown(String decider) {
        return new NginxChoice(Map.of(), false, false, Set.of(decider));
    }

    boolean isConstant() {
        return isComplete && values.size() == 1;
    }

    /** Another decision between the same values. */
    NginxChoice decidedBy(Set<String> others) {
        return new NginxChoice(values, isComplete, false, others);
    }

    /** The one text behind the other. */
    NginxChoice then(NginxChoice next) {
        Map<String, Fraction> both = new LinkedHashMap<>();
        boolean isExact = (long) values.size() * next.values.size() <= MAX_VALUES;
        if (isExact) {
            values.forEach((first, share) -> next.values.forEach(
                    (second, other) -> both.merge(first + second, product(share, other), Fraction::plus)));
        }
        return new NginxChoice(both, isExact && isComplete && next.isComplete, hasShares && next.hasShares,
                union(deciders, next.deciders));
    }

    /** With what another one can be, too, for a share of the connections. */
    NginxChoice or(NginxChoice other, Fraction share) {
        boolean isExact = values.size() + other.values.size() <= MAX_VALUES;
        Map<String, Fraction> all = values;
        if (isExact) {
            all = new LinkedHashMap<>(values);
            for (Map.Entry<String, Fraction> each : other.values.entrySet()) {
                all.merge(each.getKey(), product(each.getValue(), share), Fraction::plus);
            }
        }
        return new NginxChoice(all, isExact && isComplete && other.isComplete, hasShares && other.hasShares,
                union(deciders, other.deciders));
    }

    /** Nothing yet, to be joined with others. */
    static NginxChoice nothing(Set<String> deciders, boolean hasShares) {
        return new NginxChoice(Map.of(), true, hasShares, deciders);
    }

    private static Fraction product(Fraction a, Fraction b) {
        try {
            return a.times(b);
        } catch (ArithmeticException e) {
            return Fraction.nearest(a.value() * b.value());
        }
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        Set<String> all = new LinkedHashSet<>(some);
        all.addAll(others);
        return all;
    }
}
