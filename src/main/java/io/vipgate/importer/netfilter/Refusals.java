package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.Budget.ExhaustedException;
import io.vipgate.importer.netfilter.Program.Hook;
import io.vipgate.importer.netfilter.Traversal.Packet;
import io.vipgate.importer.netfilter.Unknowns.Unknown;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whom chain FORWARD refuses of the clients that are sent on to a target: it does not see those of a listener.
 *
 * <p>Confined to one import.
 */
final class Refusals {
    private static final long MAX_STEPS = 2_000_000;

    private final Program forward;
    private final ClientClasses before;
    private final Survey survey;
    private final ClientClasses classes;
    private final Map<Question, Verdict> known = new HashMap<>();

    /**
     * What it does to connections to one target.
     *
     * @param refused clients by their address, whatever else is so
     * @param limited by the limit that they are refused beyond, further ones
     * @param lost what else decides about some clients, who are taken as not refused by that, and the line that says so
     * @param line of a rule that refuses; 0 where it is none
     * @param interfaceLine of a rule about the interface that clients come by, where others were all refused; else 0
     */
    record Verdict(Intervals refused, Map<Match.AboveLimit, Intervals> limited, Map<String, Integer> lost, int line,
            int interfaceLine) {
        static final Verdict NOBODY = new Verdict(new Intervals(List.of()), Map.of(), Map.of(), 0, 0);

        /** Where it cannot be told. */
        static Verdict untold(Map<String, Integer> lost) {
            return new Verdict(NOBODY.refused, Map.of(), lost, 0, 0);
        }
    }

    /** Connections to a target, by the interfaces that they come in by; by any where there are none. */
    private record Question(HostPort target, Set<Integer> incoming) {}

    private Refusals(Program forward, ClientClasses before) {
        this.forward = forward;
        this.before = before;
        survey = Survey.ofRefusals(forward, before, new Budget(MAX_STEPS));
        classes = survey.classes();
    }

    /**
     * Of a program that has such rules.
     *
     * @param before the classes of the rules that send on
     */
    static Optional<Refusals> of(Program program, ClientClasses before) {
        return program.forward().map(forward -> new Refusals(forward, before));
    }

    /** The networks that the rules name. */
    List<String> networks() {
        return forward.reachableRules().stream().flatMap(rule -> rule.allMatches().stream())
                .filter(Match.Source.class::isInstance)
                .flatMap(match -> ((Match.Source) match).addresses().all().stream())
                .map(forward.family()::networkText).distinct().toList();
    }

    /** What it does to connections to a target that come in by these interfaces, of the classes before; by any for none. */
    Verdict at(HostPort target, Set<Integer> incoming) {
        Question question = new Question(target, incoming);
        Verdict verdict = known.get(question);
        if (verdict == null) {
            verdict = find(question);
            known.put(question, verdict);
        }
        return verdict;
    }

    private Verdict find(Question question) {
        HostPort target = question.target;
        Optional<BigInteger> address = forward.family().number(target.host());
        if (address.isEmpty() || target.literal().filter(java.net.InetAddress::isLoopbackAddress).isPresent()) {
            return Verdict.NOBODY;
        }
        if (!classes.areSourcesTold()) {
            return Verdict.untold(Map.of("more networks than can be followed", line(ClientClasses.SOURCE, target)));
        }
        try {
            List<Combination> all = survey
                    .combinations(new Packet(Hook.PREROUTING, address.get(), target.port(), false));
            if (survey.areTooMany(all)) {
                Map<String, Integer> lost = new TreeMap<>();
                all.getLast().asked().keySet().forEach(each -> addLost(each, List.of(), target, lost));
                return Verdict.untold(lost);
            }
            return verdict(question, all.stream().filter(each -> !each.shares().outcomes().isEmpty()).toList());
        } catch (ExhaustedException e) {
            return Verdict.untold(Map.of("more rules than can be followed", e.line()));
        }
    }

    private int line(String fact, HostPort target) {
        return ServedAddresses.lineOf(forward, fact, target);
    }

    private Verdict verdict(Question question, List<Combination> all) {
        HostPort target = question.target;
        List<Combination> coming = all.stream().filter(each -> isComing(each, question.incoming)).toList();
        List<Combination> served = coming.stream().filter(each -> !isRefused(each)).toList();
        Set<Map<Unknown, Integer>> interfaces = served.stream().map(Combination::interfaces)
                .collect(Collectors.toSet());
        List<Combination> meant = coming.stream().filter(each -> isAnyOf(each.interfaces(), interfaces)).toList();
        if (meant.isEmpty()) {
            return new Verdict(all(), Map.of(), Map.of(), line(ClientClasses.SOURCE, target), 0);
        }
        List<Match.AboveLimit> limits = limits(meant);
        Intervals refused = refusedIn(meant, each -> limits.stream().allMatch(limit -> each.valueOf(limit.key()) <= 0));
        Map<Match.AboveLimit, Intervals> limited = new LinkedHashMap<>();
        for (Match.AboveLimit limit : limits) {
            Intervals beyond = refusedIn(meant, each -> each.valueOf(limit.key()) != 0 && limits.stream()
                    .allMatch(other -> other.equals(limit) || each.valueOf(other.key()) <= 0));
            Intervals more = beyond.intersection(refused.complement(forward.family().highest()));
            if (!more.all().isEmpty()) {
                limited.put(limit, more);
            }
        }
        Map<String, Integer> lost = new TreeMap<>();
        Set<Combination> told = Collections.newSetFromMap(new IdentityHashMap<>());
        meant.stream().filter(each -> isSaid(each, refused, limited) ? isRefused(each) : each.shares().isStaying())
                .forEach(told::add);
        DecisionTree.of(meant, told::contains).forEach((unknown, values) -> addLost(unknown, values, target, lost));
        if (lost.isEmpty()) {
            meant.stream().filter(each -> !told.contains(each)).forEach(each -> addUnclear(each, target, lost));
        }
        return new Verdict(refused, limited, lost, line(ClientClasses.SOURCE, target),
                interfaceLine(coming, served, target));
    }

    private int interfaceLine(List<Combination> coming, List<Combination> served, HostPort target) {
        Set<Integer> in = served.stream().map(Refusals::isBy).collect(Collectors.toSet());
        boolean areOthersRefused = !in.contains(-1)
                && coming.stream().map(Refusals::isBy).anyMatch(each -> each >= 0 && !in.contains(each));
        return areOthersRefused
                ? classes.incomingMatches().stream().mapToInt(match -> line(match.text(), target))
                        .filter(line -> line > 0).min().orElse(0)
                : 0;
    }

    private static int isBy(Combination combination) {
        return ClientClasses.incoming(combination.asked());
    }

    /** Whether connections that come so were sent on before. */
    private boolean isComing(Combination combination, Set<Integer> incoming) {
        int value = isBy(combination);
        return value < 0 || incoming.isEmpty() || before.isAnyOf(classes.incoming().get(value), incoming);
    }

    /** Whether there are connections by these interfaces and by some of the others. */
    private static boolean isAnyOf(Map<Unknown, Integer> interfaces, Set<Map<Unknown, Integer>> others) {
        return others.stream().anyMatch(other -> interfaces.entrySet().stream().allMatch(
                each -> other.getOrDefault(each.getKey(), each.getValue()).equals(each.getValue())));
    }

    private static boolean isRefused(Combination combination) {
        return combination.shares().outcomes().keySet().stream().allMatch(Outcome.Dropped.class::isInstance);
    }

    private Intervals all() {
        return Intervals.of(BigInteger.ZERO, forward.family().highest());
    }

    private Intervals clients(Combination combination) {
        int source = combination.valueOf(ClientClasses.SOURCE);
        return source < 0 ? all() : new Intervals(List.of(classes.clients(source)));
    }

    /** The clients who are refused in all of some combinations that hold for them. */
    private Intervals refusedIn(List<Combination> combinations, Predicate<Combination> some) {
        List<Intervals> others = new ArrayList<>();
        combinations.stream().filter(some).filter(each -> !isRefused(each)).forEach(each -> others.add(clients(each)));
        return Intervals.union(others).complement(forward.family().highest());
    }

    /** Whether the refused and the limited have all clients who are refused in a combination. */
    private boolean isSaid(Combination combination, Intervals refused, Map<Match.AboveLimit, Intervals> limited) {
        List<Intervals> said = new ArrayList<>(List.of(refused));
        limited.forEach((limit, clients) -> {
            if (combination.valueOf(limit.key()) == 1) {
                said.add(clients);
            }
        });
        Intervals clients = clients(combination);
        return Intervals.union(said).intersection(clients).equals(clients);
    }

    private List<Match.AboveLimit> limits(List<Combination> combinations) {
        Map<String, Match.AboveLimit> byKey = new LinkedHashMap<>();
        forward.reachableRules().stream().flatMap(rule -> rule.allMatches().stream())
                .filter(Match.AboveLimit.class::isInstance).map(Match.AboveLimit.class::cast)
                .forEach(limit -> byKey.putIfAbsent(limit.key(), limit));
        return combinations.stream().flatMap(each -> each.asked().keySet().stream()).map(Unknown::name).distinct()
                .sorted()
                .flatMap(name -> Stream.ofNullable(byKey.get(name))).toList();
    }

    /** Something that decides, and the line of the rule that asks for it; of interfaces, those with these values. */
    private void addLost(Unknown unknown, List<Integer> values, HostPort target, Map<String, Integer> lost) {
        if (!unknown.isInterface()) {
            if (!unknown.name().equals(ClientClasses.SOURCE)) {
                lost.put(unknown.name(), line(unknown.name(), target));
            }
            return;
        }
        List<Integer> deciding = values.isEmpty() ? IntStream.range(0, unknown.values()).boxed().toList() : values;
        deciding.forEach(value -> classes.tellingApart(unknown, value)
                .forEach(match -> {
                    int line = line(match.text(), target);
                    if (line > 0) {
                        lost.putIfAbsent(match.text(), line);
                    }
                }));
    }

    /** What becomes of a part of the connections, or of all in another program. */
    private static void addUnclear(Combination combination, HostPort target, Map<String, Integer> lost) {
        combination.shares().outcomes().keySet().forEach(outcome -> {
            if (outcome instanceof Outcome.Lost each) {
                lost.putIfAbsent(each.text(), each.line());
            } else if (outcome instanceof Outcome.Dropped each && !isRefused(combination)) {
                lost.putIfAbsent(each.text() + ", for a part of the connections to " + target + ",", each.line());
            }
        });
    }
}
