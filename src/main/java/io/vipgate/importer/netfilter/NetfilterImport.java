package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.AddressShares;
import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SyntaxException;
import io.vipgate.importer.netfilter.Budget.ExhaustedException;
import io.vipgate.importer.netfilter.Program.Hook;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns programs of rules into a configuration.
 *
 * <p>Stateless.
 */
public final class NetfilterImport {
    private static final long MAX_STEPS = 1_000_000;
    private static final String KEPT = "DNAT kept the clients' addresses where replies were routed back and no rule of "
            + "POSTROUTING changed them; a proxy connects from its own, and the endpoints' logs show that one. Set "
            + "pools.P.clientAddress, for which vipgate check --routing prints what the replies need, or proxyProtocol: v2, "
            + "and the endpoints to expect it, to carry the clients' addresses over";
    private static final String HIDDEN = "MASQUERADE or SNAT gave connections the gateway's address, and endpoints go on "
            + "seeing that one. Set proxyProtocol: v2 in the pools, and the endpoints to expect it, to carry the clients' "
            + "addresses over";

    private NetfilterImport() {}

    /**
     * The configuration that does what the programs do, or why there is none.
     *
     * @param programs one for each family
     */
    public static ImportResult convert(List<Program> programs, Notes notes) {
        ConfigDraft draft = new ConfigDraft(notes);
        Map<Program, RuleUse> uses = new LinkedHashMap<>();
        try {
            for (Program program : programs) {
                Budget budget = new Budget(MAX_STEPS);
                Survey survey = Survey.ofTargets(program, budget);
                List<Served> served = ServedAddresses.of(program, survey, budget, notes);
                new ListenerDrafts(program, survey.classes(), draft, notes).addAll(served);
                uses.put(program, survey.use());
            }
        } catch (ExhaustedException e) {
            return ImportResult.failed("line " + e.line() + ": " + e.getMessage(), notes.inOrder());
        }
        noteRules(uses, notes);
        return draft.finish(programs.stream().anyMatch(Program::hidesClients) ? HIDDEN : KEPT,
                "no DNAT rule that could be carried over");
    }

    /** Every address and port that the programs send on, and the shares of its targets; notes say what these leave out. */
    public static List<AddressShares> shares(List<Program> programs, Notes notes) throws SyntaxException {
        List<AddressShares> all = new ArrayList<>();
        Map<Program, RuleUse> uses = new LinkedHashMap<>();
        try {
            for (Program program : programs) {
                Budget budget = new Budget(MAX_STEPS);
                Survey survey = Survey.ofTargets(program, budget);
                ServedAddresses.of(program, survey, budget, notes).forEach(served -> all.add(shares(program, served)));
                uses.put(program, survey.use());
            }
        } catch (ExhaustedException e) {
            throw new SyntaxException(e.line(), String.valueOf(e.getMessage()));
        }
        noteRules(uses, notes);
        return all;
    }

    private static AddressShares shares(Program program, Served served) {
        Finding main = served.main();
        Map<HostPort, Double> targets = new LinkedHashMap<>();
        double rest = 0;
        for (Map.Entry<Outcome, ExactShare> each : main.shares().outcomes().entrySet()) {
            if (each.getKey() instanceof Outcome.Target target) {
                targets.put(target.address(), each.getValue().value());
            } else {
                rest += each.getValue().value();
            }
        }
        return new AddressShares(served.bind(), targets, rest,
                main.isTold() && main.others().isNobody() ? "" : ServedAddresses.why(program, main));
    }

    private static Stream<Rule> rules(Program program) {
        return program.chains().values().stream().flatMap(chain -> chain.rules().stream());
    }

    /** One rule of a table for both families is a rule of two programs. */
    private static String key(Rule rule) {
        return rule.line() + " " + rule.text();
    }

    private static void noteRules(Map<Program, RuleUse> uses, Notes notes) {
        Set<String> matched = new HashSet<>();
        uses.forEach((program, use) -> rules(program).filter(use::isMatched).map(NetfilterImport::key)
                .forEach(matched::add));
        uses.forEach((program, use) -> noteRules(program, use, matched, notes));
    }

    private static void noteRules(Program program, RuleUse use, Set<String> matched, Notes notes) {
        Set<Rule> inert = InertRules.of(program);
        Set<Rule> reachable = new java.util.LinkedHashSet<>(program.reachableRules());
        Map<String, Chain> told = new LinkedHashMap<>(program.chains());
        program.forward().ifPresent(forward -> told.keySet().removeAll(forward.reachable(Hook.PREROUTING, null)));
        told.forEach((name, chain) -> chain.rules().forEach(rule -> {
            boolean isSending = !inert.contains(rule)
                    && (rule.action() instanceof Action.Translate || rule.action() instanceof Action.Draw
                            || rule.action() instanceof Action.LookUp || rule.action() instanceof Action.Unsupported);
            boolean isForOthers = rule.matches().contains(new Match.Always(false));
            if (rule.action() instanceof Action.Copy copy && !isForOthers) {
                notes.add(rule.line(), copy.text() + ": a listener sends no copies elsewhere; it is left out");
            }
            if (use.isMatched(rule)) {
                noteInterface(rule, notes);
                notePorts(rule, notes);
            } else if (!isForOthers && isToOthers(rule) && reachable.contains(rule)
                    && (isSending || (rule.action() instanceof Action.Jump && !inert.contains(rule)))) {
                notes.addLoss(rule.line(), rule.text() + ": it is for connections to addresses that this machine does "
                        + "not have, and a listener has this machine's; it is left out");
            } else if (isSending && !isForOthers && use.isAskedForMark(rule)
                    && !matched.contains(key(rule))) {
                notes.addLoss(rule.line(), rule.text() + ": no rule of this file sets " + marks(rule)
                        + " for the connections that come here; it is left out");
            } else if (isSending && !isForOthers && !matched.contains(key(rule))) {
                String chainName = name.substring(name.indexOf('/') + 1);
                notes.add(rule.line(), rule.text() + (!reachable.contains(rule)
                        ? ": no rule leads to chain " + chainName + "; it is left out"
                        : use.isAsked(rule)
                                ? ": its chance is 0; it is left out"
                                : ": never reached, the rules before it take everything; it is left out"));
            }
        }));
    }

    private static boolean isToOthers(Rule rule) {
        return rule.allMatches().stream().anyMatch(Match.ToOthers.class::isInstance);
    }

    private static String marks(Rule rule) {
        return rule.allMatches().stream().filter(Match.Mark.class::isInstance).map(Match.Mark.class::cast)
                .map(mark -> (mark.isNegated() ? "a mark other than 0x" : "mark 0x") + Long.toHexString(mark.value()))
                .distinct().collect(Collectors.joining(" and "));
    }

    private static void notePorts(Rule rule, Notes notes) {
        if (rule.action() instanceof Action.Translate translate && translate.translation().isPortRange()
                && translate.translation().basePort() == 0) {
            notes.add(rule.line(), rule.text() + (translate.translation().isRandom()
                    ? ": the kernel takes any port of the range, each as often"
                    : ": the kernel keeps a port that lies in the range, and takes the first of it for all others"));
        }
        if (rule.action() instanceof Action.Translate translate && translate.translation().isPersistent()) {
            notes.add(rule.line(),
                    "persistent: a client had the same server behind each of the addresses; set pinning: { by: "
                            + "source-address } in the pool, which keeps it for each pool");
        }
    }

    private static void noteInterface(Rule rule, Notes notes) {
        boolean isSending = !(rule.action() instanceof Action.Return || rule.action() instanceof Action.Nothing
                || rule.action() instanceof Action.Drop);
        boolean hasAddress = rule.matches().stream().anyMatch(Match.Destination.class::isInstance);
        for (Match match : rule.allMatches()) {
            if (isSending && match instanceof Match.NetworkInterface each) {
                notes.add(rule.line(), each.text() + ": a listener is bound to an address, not an interface"
                        + (hasAddress ? "" : "; write the public address into bind"));
            }
        }
    }
}
