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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Asks a program where connections go.
 *
 * <p>Confined to one thread.
 */
final class Survey {
    private static final int MAX_COMBINATIONS = 64;
    private static final int MAX_CLASSES = 32;
    private static final int MAX_COMBINATIONS_OF_FILTER = 2_048;
    private static final int MAX_CLASSES_OF_FILTER = 1_024;

    private final Program program;
    private final RuleUse use = new RuleUse();
    private final ClientClasses classes;
    private final Set<Rule> inert;
    private final Budget budget;
    private final int combinations;
    private final Map<Packet, Finding> found = new HashMap<>();

    private Survey(Program program, Budget budget, ClientClasses classes, int combinations) {
        this.program = program;
        this.budget = budget;
        this.classes = classes;
        this.inert = InertRules.of(program);
        this.combinations = combinations;
    }

    /** Of rules that send connections on. */
    static Survey ofTargets(Program program, Budget budget) {
        return new Survey(program, budget, ClientClasses.of(program, MAX_CLASSES, Optional.empty()), MAX_COMBINATIONS);
    }

    /** Of rules that refuse connections, which tell many clients apart, and interfaces as those before them do. */
    static Survey ofRefusals(Program program, ClientClasses before, Budget budget) {
        return new Survey(program, budget, ClientClasses.of(program, MAX_CLASSES_OF_FILTER, Optional.of(before)),
                MAX_COMBINATIONS_OF_FILTER);
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
        List<Combination> all = combinations(packet);
        return areTooMany(all)
                ? Finding.untold(all.getLast().asked().keySet().stream().map(Unknown::name)
                        .collect(Collectors.toCollection(LinkedHashSet::new)))
                : Finding.of(all, classes);
    }

    /** Whether there are more than those that {@link #combinations} gave. */
    boolean areTooMany(List<Combination> some) {
        return some.size() > combinations;
    }

    ClientClasses classes() {
        return classes;
    }

    /** Every combination of what is unknown, and one more than allowed where they are too many. */
    List<Combination> combinations(Packet packet) throws ExhaustedException {
        Unknowns unknowns = new Unknowns();
        List<Combination> all = new ArrayList<>();
        do {
            OutcomeShares shares = LongRun.of(new Traversal(program, packet, use, inert, classes, unknowns, budget));
            all.add(new Combination(unknowns.asked(), shares));
        } while (all.size() <= combinations && unknowns.advance());
        return all;
    }
}
