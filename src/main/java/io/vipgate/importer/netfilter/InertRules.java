package io.vipgate.importer.netfilter;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rules that change nothing about where a connection goes, whether they are met or not: those that log or count, those that set a mark
 * which no rule asks for, and jumps to chains of such rules. What they ask of clients need not be known.
 *
 * <p>Confined to one thread.
 */
final class InertRules {
    private final Program program;
    private final boolean areMarksAsked;
    private final Map<String, Boolean> chains = new HashMap<>();

    private InertRules(Program program, boolean areMarksAsked) {
        this.program = program;
        this.areMarksAsked = areMarksAsked;
    }

    static Set<Rule> of(Program program) {
        List<Rule> all = program.reachableRules();
        boolean areMarksAsked = all.stream().anyMatch(rule -> rule.allMatches().stream().anyMatch(
                Match.Mark.class::isInstance));
        InertRules inert = new InertRules(program, areMarksAsked);
        Set<Rule> rules = new HashSet<>();
        all.stream().filter(rule -> inert.isInert(rule.action())).forEach(rules::add);
        return rules;
    }

    private boolean isInert(Action action) {
        return switch (action) {
            case Action.Nothing _,Action.Copy _ -> true;
            case Action.ChangeMark _,Action.CopyMark _ -> !areMarksAsked;
            case Action.Sequence sequence -> sequence.actions().stream().allMatch(this::isInert);
            case Action.Draw draw -> draw.options().stream().map(Action.Option::action).allMatch(this::isInert);
            case Action.Jump jump -> !jump.isGoto() && isInert(jump.chain());
            default -> false;
        };
    }

    private boolean isInert(String name) {
        Boolean known = chains.get(name);
        if (known != null) {
            return known;
        }
        // A chain that leads to itself is none.
        chains.put(name, false);
        Chain chain = program.chain(name);
        boolean isInert = chain != null
                && chain.rules().stream().allMatch(rule -> rule.action() instanceof Action.Return
                        || isInert(rule.action()));
        chains.put(name, isInert);
        return isInert;
    }
}
