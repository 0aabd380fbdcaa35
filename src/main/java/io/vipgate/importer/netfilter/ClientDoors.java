package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.DraftAccess;
import io.vipgate.importer.common.DraftDoor;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.netfilter.Refusals.Verdict;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whom listeners let in: those whom the rules sent on, and whom chain FORWARD let through to the targets.
 *
 * <p>Confined to one import.
 */
final class ClientDoors {
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_EXEMPT = 1_000;
    private static final int THOUSAND = 1_000;
    private static final int MIN_IPV4_PREFIX = 8;
    private static final int MIN_IPV6_PREFIX = 16;

    private final Program program;
    private final Notes notes;
    private final Optional<Refusals> refusals;
    private final List<String> networks = new ArrayList<>();
    private final Map<String, HostPort> users = new HashMap<>();

    ClientDoors(Program program, ClientClasses classes, Notes notes) {
        this.program = program;
        this.notes = notes;
        refusals = Refusals.of(program, classes);
        program.reachableRules().forEach(rule -> rule.allMatches().forEach(match -> {
            if (match instanceof Match.Source source) {
                source.addresses().all().forEach(each -> networks.add(program.family().networkText(each)));
            }
        }));
        refusals.ifPresent(each -> networks.addAll(each.networks()));
    }

    /** Of a listener that is carried over. */
    DraftDoor of(Served served, int line) {
        Finding main = served.main();
        noteOthers(served, line);
        List<Verdict> verdicts = verdicts(main);
        Verdict verdict = verdicts.isEmpty() ? Verdict.NOBODY : verdicts.getFirst();
        verdicts.forEach(each -> note(served.bind(), each, line));
        boolean isSame = verdicts.stream().allMatch(each -> each.refused().equals(verdict.refused())
                && areLike(each.limited(), verdict.limited()));
        if (!isSame) {
            notes.addLoss(verdict.line() == 0 ? line : verdict.line(),
                    program.language().forward() + " refused other clients to each of the "
                            + "targets of " + served.bind() + ", and a listener has one list: nobody is refused by it");
        }
        Intervals all = Intervals.of(BigInteger.ZERO, program.family().highest());
        boolean isEverybody = verdict.refused().equals(all);
        if (isSame && isEverybody) {
            notes.addLoss(verdict.line() == 0 ? line : verdict.line(),
                    program.language().forward() + " refused all connections to the targets "
                            + "of " + served.bind() + "; now they come in, unless access of the listener refuses them");
        }
        boolean isUsed = isSame && !isEverybody;
        Intervals forward = isUsed ? verdict.refused() : Verdict.NOBODY.refused();
        Intervals refused = Intervals.union(List.of(main.others().clients(), forward));
        if (!forward.all().isEmpty()) {
            notes.add(verdict.line(),
                    "clients that " + program.language().forward() + " refused are in access of the listener on "
                            + served.bind()
                            + ", which resets their connections");
        }
        boolean areApart = verdicts.stream().map(Verdict::limited).distinct().count() > 1;
        return new DraftDoor(Map.of(), access(refused, line), isUsed
                ? limits(served.bind(), verdict, refused, areApart)
                : Map.of());
    }

    private void note(HostPort bind, Verdict verdict, int line) {
        verdict.lost().forEach((fact, own) -> notes.addLoss(own == 0 ? line : own,
                program.language().forward() + " no longer sees the connections to " + bind
                        + ", and whom it refused of them is not told "
                        + "by addresses and limits alone, " + program.language().decider(fact)
                        + " decides: these clients come in now"
                        + hint(fact)));
        if (verdict.interfaceLine() > 0) {
            notes.add(verdict.interfaceLine(),
                    program.language().forward() + " let clients of " + bind + " in by some interfaces alone; a "
                            + "listener is bound to an address, and does not know the interface");
        }
    }

    private List<Verdict> verdicts(Finding main) {
        List<Verdict> verdicts = new ArrayList<>();
        main.shares().outcomes().keySet().forEach(outcome -> {
            if (outcome instanceof Outcome.Target target) {
                refusals.ifPresent(each -> verdicts.add(each.at(target.address(), main.incoming())));
            }
        });
        return verdicts;
    }

    private void noteOthers(Served served, int line) {
        Finding.Others others = served.main().others();
        if (others.isNobody()) {
            return;
        }
        String text = "clients of other addresses ";
        if (others.isStaying()) {
            notes.addLoss(line,
                    text + "that came to " + served.bind() + " stayed with this machine, as no rule sent them on; now "
                            + "access refuses them");
        } else {
            notes.add(line, text + "that came to " + served.bind() + " were dropped; access refuses them");
        }
    }

    private static String hint(String fact) {
        return fact.contains("--match-set") || fact.contains("more networks")
                ? ". Write the networks into a file, one a line, and name it in access, file:/etc/vipgate/..."
                : "";
    }

    /** Whether clients of two targets are limited alike, be it by rules that count for themselves. */
    private static boolean areLike(Map<Match.AboveLimit, Intervals> one, Map<Match.AboveLimit, Intervals> other) {
        return one.size() == other.size() && one.entrySet().stream().allMatch(each -> other.entrySet().stream()
                .anyMatch(there -> there.getKey().isLike(each.getKey()) && there.getValue().equals(each.getValue())));
    }

    private DraftAccess access(Intervals refused, int line) {
        ClientSet clients = ClientSet.of(program.family(), refused);
        List<String> allow = networks.stream().filter(each -> !isIn(each, clients)).toList();
        List<String> deny = networks.stream().filter(each -> isIn(each, clients)).toList();
        Intervals admitted = refused.complement(program.family().highest());
        // No client of the other family can come, so it may be said of it what is shorter.
        DraftAccess access = Stream.of(DraftAccess.of(ClientSet.of(program.family(), admitted), allow, deny),
                DraftAccess.of(clients.complement(), allow, deny))
                .min(Comparator.comparingInt(DraftAccess::size)).orElseThrow();
        if (access.size() > MAX_ENTRIES) {
            notes.addLoss(line,
                    "the rules come to more than " + MAX_ENTRIES + " networks: write them into a file that an entry of "
                            + "access.deny names; until then all are accepted");
            return DraftAccess.EVERYBODY;
        }
        return access;
    }

    private static boolean isIn(String network, ClientSet refused) {
        return ClientSet.of(network).filter(each -> each.without(refused).isEmpty()).isPresent();
    }

    private Map<String, Object> limits(HostPort bind, Verdict verdict, Intervals refused, boolean areApart) {
        Map<String, Object> section = new LinkedHashMap<>();
        Optional<Match.AboveLimit> first = Optional.empty();
        for (Map.Entry<Match.AboveLimit, Intervals> each : verdict.limited().entrySet()) {
            Match.AboveLimit limit = each.getKey();
            boolean isOther = first.isPresent() && (first.get().prefix() != limit.prefix()
                    || first.get().isRate() == limit.isRate()
                    || !each.getValue().equals(verdict.limited().get(first.get())));
            if (isOther || !isPossible(limit)) {
                notes.addLoss(limit.line(), limit.key() + ": perSource of " + bind + " has no such limit"
                        + (isOther ? " beside another one" : "") + "; clients beyond it come in now");
                continue;
            }
            if (first.isEmpty()) {
                first = Optional.of(limit);
                source(limit, section);
                exempt(each.getValue(), refused, section, limit.line());
            }
            limit(limit, section);
            HostPort other = users.putIfAbsent(limit.key(), bind);
            if (other != null || areApart) {
                notes.addLoss(limit.line(), limit.key() + (areApart
                        ? ": counted for each target by itself, and is counted for all of the listener on " + bind
                                + " now"
                        : ": counted for " + other + " and " + bind + " together; each listener counts for itself"));
            }
        }
        return section;
    }

    private boolean isPossible(Match.AboveLimit limit) {
        boolean isIpv4 = program.family().bits() == 32;
        return limit.most() > 0 && (limit.prefix() == 0
                || limit.prefix() >= (isIpv4 ? MIN_IPV4_PREFIX : MIN_IPV6_PREFIX));
    }

    private void source(Match.AboveLimit limit, Map<String, Object> section) {
        boolean isIpv4 = program.family().bits() == 32;
        int prefix = limit.prefix() == 0 ? program.family().bits() : limit.prefix();
        if (!isIpv4 || prefix != 32) {
            section.put(isIpv4 ? "ipv4Prefix" : "ipv6Prefix", prefix);
        }
    }

    private void limit(Match.AboveLimit limit, Map<String, Object> section) {
        if (!limit.isRate()) {
            section.put("maxConnections", limit.most());
            return;
        }
        long perSecond = Math.ceilDiv(limit.thousandthsPerSecond(), THOUSAND);
        section.put("newPerSecond", perSecond);
        section.put("burst", limit.most());
        if (perSecond * THOUSAND != limit.thousandthsPerSecond()) {
            notes.addLoss(limit.line(),
                    limit.key() + " is no whole number a second; it is " + perSecond + " a second now");
        }
    }

    private void exempt(Intervals limited, Intervals refused, Map<String, Object> section, int line) {
        Intervals counted = Intervals.union(List.of(limited, refused));
        List<String> networks = DraftAccess.admitting(ClientSet.of(program.family(),
                counted.complement(program.family().highest())));
        if (networks.size() > MAX_EXEMPT) {
            notes.addLoss(line, "more than " + MAX_EXEMPT + " networks are exempt from the limit; none is now");
        } else if (!networks.isEmpty()) {
            section.put("exempt", networks);
        }
    }
}
