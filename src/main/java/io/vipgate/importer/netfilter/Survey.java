package io.vipgate.importer.netfilter;

import io.vipgate.importer.netfilter.Budget.ExhaustedException;
import io.vipgate.importer.netfilter.Program.Hook;
import io.vipgate.importer.netfilter.Traversal.Packet;
import io.vipgate.importer.netfilter.Unknowns.Unknown;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks a program where connections go.
 *
 * <p>Confined to one thread.
 */
final class Survey {
    private static final int MAX_COMBINATIONS = 64;

    private final Program program;
    private final RuleUse use = new RuleUse();
    private final ClientClasses classes;
    private final Set<Rule> inert;
    private final Budget budget;
    private final Map<Packet, Finding> found = new HashMap<>();

    Survey(Program program, Budget budget) {
        this.program = program;
        this.budget = budget;
        this.classes = ClientClasses.of(program);
        this.inert = InertRules.of(program);
    }

    RuleUse use() {
        return use;
    }

    Finding at(Hook hook, BigInteger address, int port, boolean isAny) throws ExhaustedException {
        Packet packet = new Packet(hook, address, port, isAny);
        Finding known = found.get(packet);
        if (known == null) {
            known = find(packet);
            found.put(packet, known);
        }
        return known;
    }

    private Finding find(Packet packet) throws ExhaustedException {
        Unknowns unknowns = new Unknowns();
        List<Map.Entry<Map<Unknown, Integer>, OutcomeShares>> combinations = new ArrayList<>();
        do {
            OutcomeShares shares = LongRun.of(new Traversal(program, packet, use, inert, classes, unknowns, budget));
            combinations.add(Map.entry(unknowns.asked(), shares));
            if (combinations.size() > MAX_COMBINATIONS) {
                Set<String> names = new LinkedHashSet<>();
                unknowns.asked().keySet().forEach(unknown -> names.add(unknown.name()));
                return new Finding(new OutcomeShares(Map.of(), Set.of(), Set.of(), true), names, false);
            }
        } while (unknowns.advance());
        return Finding.of(combinations);
    }
}
