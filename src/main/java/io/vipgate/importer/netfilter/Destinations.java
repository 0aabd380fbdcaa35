package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.Budget.ExhaustedException;
import io.vipgate.importer.common.Intervals.Interval;
import io.vipgate.importer.netfilter.Program.Hook;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The addresses and ports that the rules tell apart: single addresses, and classes of all those that the rules treat alike.
 *
 * <p>Immutable.
 */
final class Destinations {
    private static final BigInteger MAX_LISTED = BigInteger.valueOf(256);
    private static final int LAST_PORT = 65_535;

    private final Program program;
    private final List<Rule> rules;
    private final List<BigInteger> singles;
    private final List<Rest> rests;

    /**
     * Addresses that are treated alike, and of which none is named.
     *
     * @param intervals in order
     * @param isHeard whether clients from outside can come to one of them
     */
    record Rest(List<Interval> intervals, boolean isHeard) {
        BigInteger example() {
            return intervals.getFirst().first();
        }

        private BigInteger size() {
            return intervals.stream().map(Interval::size).reduce(BigInteger.ZERO, BigInteger::add);
        }
    }

    private Destinations(Program program, List<BigInteger> singles, List<Rest> rests) {
        this.program = program;
        this.rules = program.reachableRules();
        this.singles = List.copyOf(singles);
        this.rests = List.copyOf(rests);
    }

    static Destinations of(Program program, Budget budget) throws ExhaustedException {
        List<Match.Destination> named = new ArrayList<>();
        for (Rule rule : program.reachableRules()) {
            for (Match match : rule.allMatches()) {
                if (match instanceof Match.Destination destination) {
                    named.add(destination);
                }
            }
        }
        TreeSet<BigInteger> cuts = new TreeSet<>(List.of(BigInteger.ZERO));
        named.forEach(each -> each.addresses().all().forEach(interval -> {
            cuts.add(interval.first());
            cuts.add(interval.last().add(BigInteger.ONE));
        }));
        cuts.add(program.family().highest().add(BigInteger.ONE));
        List<Match.Destination> wide = named.stream().filter(each -> each.addresses().single() == null).distinct()
                .toList();
        Intervals listed = Intervals.union(wide.stream().filter(Match.Destination::isListed)
                .map(Match.Destination::addresses).toList());
        List<BigInteger> singles = new ArrayList<>();
        Map<BitSet, List<Interval>> byWide = new HashMap<>();
        BigInteger from = cuts.pollFirst();
        for (BigInteger cut : cuts) {
            Interval atom = new Interval(from, cut.subtract(BigInteger.ONE));
            from = cut;
            boolean isSingle = atom.first().equals(atom.last());
            if (isSingle || (listed.contains(atom.first()) && atom.size().compareTo(MAX_LISTED) <= 0)) {
                for (BigInteger each = atom.first(); each.compareTo(atom.last()) <= 0; each = each
                        .add(BigInteger.ONE)) {
                    budget.use(1);
                    singles.add(each);
                }
                continue;
            }
            BitSet in = new BitSet();
            budget.use(wide.size());
            for (int i = 0; i < wide.size(); i++) {
                in.set(i, wide.get(i).addresses().contains(atom.first()));
            }
            byWide.computeIfAbsent(in, _ -> new ArrayList<>()).add(atom);
        }
        Intervals unheard = program.family().unheardFromOutside();
        List<Rest> rests = byWide.values().stream().map(intervals -> new Rest(intervals, intervals.stream()
                .anyMatch(each -> unheard.all().stream().noneMatch(silent -> silent.contains(each.first())
                        && silent.contains(each.last())))))
                .sorted(Comparator.comparing(Rest::size).reversed()).toList();
        return new Destinations(program, singles, rests);
    }

    List<BigInteger> singles() {
        return singles;
    }

    /** The others, the most first. */
    List<Rest> rests() {
        return rests;
    }

    /** Whether a rule is about some address of the class, but not about this one. */
    boolean isExcepted(BigInteger single, Rest rest) {
        BigInteger example = rest.example();
        return rules.stream().anyMatch(rule -> rule.isAbout(example) && !rule.isAbout(single));
    }

    /** Ports that connections to an address are told apart by: intervals that cover all. */
    List<Interval> ports(BigInteger address) {
        NavigableSet<Integer> cuts = new TreeSet<>(List.of(1, LAST_PORT + 1));
        for (Hook hook : Hook.values()) {
            for (String name : program.reachable(hook, address)) {
                Chain chain = program.chain(name);
                if (chain != null) {
                    chain.rulesAbout(address).forEach(rule -> addCuts(rule, cuts));
                }
            }
        }
        List<Interval> intervals = new ArrayList<>();
        int from = 0;
        for (int cut : cuts) {
            if (from > 0) {
                intervals.add(new Interval(BigInteger.valueOf(from), BigInteger.valueOf(cut - 1L)));
            }
            from = cut;
        }
        return intervals;
    }

    private static void addCuts(Rule rule, NavigableSet<Integer> cuts) {
        for (Match match : rule.allMatches()) {
            if (match instanceof Match.DestinationPort to) {
                to.ports().all().forEach(interval -> {
                    cuts.add(Math.clamp(interval.first().intValue(), 1, LAST_PORT + 1));
                    cuts.add(Math.clamp(interval.last().intValue() + 1L, 1, LAST_PORT + 1));
                });
            }
        }
    }
}
