package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.Budget.ExhaustedException;
import io.vipgate.importer.netfilter.Program.Hook;
import io.vipgate.importer.netfilter.Traversal.Packet;
import io.vipgate.importer.netfilter.Unknowns.Unknown;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Whom chain FORWARD refuses of the clients that are sent on to a target: it does not see those of a listener.
 *
 * <p>Confined to one import.
 */
final class Refusals {
    private static final long MAX_STEPS = 2_000_000;

    private final Program forward;
    private final Survey survey;
    private final Map<HostPort, Verdict> known = new HashMap<>();

    /**
     * What it does to connections to one target.
     *
     * @param refused clients by their address
     * @param limited by the limit that they are refused beyond, further ones
     * @param lost what else decides about some clients, who are taken as not refused by that
     * @param line of a rule that refuses or decides
     */
    record Verdict(Intervals refused, Map<Match.AboveLimit, Intervals> limited, Set<String> lost, int line) {
        static final Verdict NOBODY = new Verdict(new Intervals(List.of()), Map.of(), Set.of(), 0);
    }

    private Refusals(Program forward) {
        this.forward = forward;
        survey = Survey.ofRefusals(forward, new Budget(MAX_STEPS));
    }

    /** Of a program that has such rules. */
    static Optional<Refusals> of(Program program) {
        return program.forward().map(Refusals::new);
    }

    /** The networks that the rules name. */
    List<String> networks() {
        return forward.reachableRules().stream().flatMap(rule -> rule.allMatches().stream())
                .filter(Match.Source.class::isInstance)
                .flatMap(match -> ((Match.Source) match).addresses().all().stream())
                .map(forward.family()::networkText).distinct().toList();
    }

    Verdict at(HostPort target) {
        Verdict verdict = known.get(target);
        if (verdict == null) {
            verdict = find(target);
            known.put(target, verdict);
        }
        return verdict;
    }

    private Verdict find(HostPort target) {
        Optional<BigInteger> address = forward.family().number(target.host());
        if (address.isEmpty() || target.literal().filter(java.net.InetAddress::isLoopbackAddress).isPresent()) {
            return Verdict.NOBODY;
        }
        try {
            return verdict(target,
                    survey.combinations(new Packet(Hook.PREROUTING, address.get(), target.port(), false)));
        } catch (ExhaustedException e) {
            return new Verdict(Verdict.NOBODY.refused, Map.of(), Set.of("more rules than can be followed"), e.line());
        }
    }

    private Verdict verdict(HostPort target, List<Combination> all) {
        Set<String> facts = new TreeSet<>();
        all.forEach(each -> each.asked().keySet().stream().filter(unknown -> !unknown.isInterface())
                .map(Unknown::name).filter(name -> !name.equals(ClientClasses.SOURCE)).forEach(facts::add));
        Finding usual = survey.finding(with(all, facts, ""));
        if (!usual.isTold()) {
            return new Verdict(Verdict.NOBODY.refused, Map.of(), usual.deciders(),
                    ServedAddresses.line(forward, usual, target));
        }
        Intervals refused = refused(usual);
        Map<Match.AboveLimit, Intervals> limited = new LinkedHashMap<>();
        Set<String> lost = new TreeSet<>();
        for (String fact : facts) {
            Finding other = survey.finding(with(all, facts, fact));
            Intervals then = refused(other);
            if (other.isTold() && then.equals(refused)) {
                continue;
            }
            Optional<Match.AboveLimit> limit = limits().filter(each -> each.key().equals(fact)).findFirst();
            boolean refusesMore = other.isTold() && then.intersection(refused).equals(refused);
            if (limit.isPresent() && refusesMore) {
                limited.put(limit.get(), then.intersection(refused.complement(forward.family().highest())));
            } else {
                lost.add(fact);
            }
        }
        return new Verdict(refused, limited, lost, lineOf(target, usual, lost));
    }

    private Stream<Match.AboveLimit> limits() {
        return forward.reachableRules().stream().flatMap(rule -> rule.allMatches().stream())
                .filter(Match.AboveLimit.class::isInstance).map(Match.AboveLimit.class::cast);
    }

    /** Those in which one of the facts is so, and no other. */
    private static List<Combination> with(List<Combination> all, Set<String> facts, String one) {
        return all.stream().filter(each -> facts.stream().allMatch(fact -> {
            int value = each.valueOf(fact);
            return value < 0 || value == (fact.equals(one) ? 1 : 0);
        })).toList();
    }

    private Intervals refused(Finding finding) {
        boolean isOfAll = finding.isTold() && finding.others().isNobody() && !finding.isStaying();
        return isOfAll ? Intervals.of(BigInteger.ZERO, forward.family().highest()) : finding.others().clients();
    }

    private int lineOf(HostPort target, Finding usual, Set<String> lost) {
        if (!lost.isEmpty()) {
            return ServedAddresses.line(forward, Finding.untold(lost), target);
        }
        return ServedAddresses.line(forward, usual.others().isNobody()
                ? usual
                : Finding.untold(Set.of(ClientClasses.SOURCE)), target);
    }
}
