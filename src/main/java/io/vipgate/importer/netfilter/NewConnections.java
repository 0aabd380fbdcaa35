package io.vipgate.importer.netfilter;

import io.vipgate.importer.netfilter.Program.Base;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which rules see the first packet of a connection alone: they say so, or what is before them does, or accepts all others.
 *
 * <p>Confined to one import.
 */
final class NewConnections {
    private static final Pattern NEW = Pattern
            .compile("--syn\\b|--tcp-flags \\S+ SYN\\b|--(?:ct)?state (?!\\S*ESTABLISHED)\\S*NEW\\b"
                    + "|ct state (?!\\S*established)(?:\\S*,)?new\\b|tcp flags .*\\bsyn$|tcp flags .*\\bsyn ");
    private static final Pattern OPEN = Pattern
            .compile("--(?:ct)?state \\S*ESTABLISHED|ct state (?:\\S*established|vmap \\{.*\\bestablished : accept)");

    private final Map<String, Chain> chains;
    private final Map<Visit, Boolean> known = new HashMap<>();
    private final Set<Rule> all = new HashSet<>();
    private final Set<Rule> others = new HashSet<>();

    /** Packets get into a chain. */
    private record Visit(String chain, boolean isNew) {}

    private NewConnections(Map<String, Chain> chains) {
        this.chains = chains;
    }

    /** Those of the rules that packets get to from the base chains. */
    static Set<Rule> rulesFor(List<Base> bases, Map<String, Chain> chains) {
        NewConnections connections = new NewConnections(chains);
        bases.forEach(base -> connections.visit(base.chain(), false));
        connections.all.removeAll(connections.others);
        return connections.all;
    }

    /** Follows packets through a chain; returns whether only first ones come back, where all that get in are or are not. */
    private boolean visit(String name, boolean isNew) {
        Visit visit = new Visit(name, isNew);
        Boolean before = known.get(visit);
        Chain chain = chains.get(name);
        if (before != null || chain == null) {
            return before == null ? isNew : before;
        }
        // A chain that leads to itself is none.
        known.put(visit, isNew);
        boolean isNewHere = isNew;
        boolean isNewBack = true;
        for (Rule rule : chain.rules()) {
            boolean isNewThere = isNewHere || NEW.matcher(rule.text()).find();
            (isNewThere ? all : others).add(rule);
            boolean isAny = isNewThere == isNewHere
                    && rule.matches().stream().allMatch(match -> match.equals(new Match.Always(true)));
            if (rule.action() instanceof Action.Jump jump) {
                boolean isBack = visit(jump.chain(), isNewThere);
                isNewHere |= isAny && !jump.isGoto() && isBack;
                isNewBack &= !jump.isGoto() || isBack;
            } else if (rule.action() instanceof Action.Return) {
                isNewBack &= isNewThere;
            } else {
                isNewHere |= isEndOfOpen(rule);
            }
        }
        boolean isBack = isNewBack && isNewHere;
        known.put(visit, isBack);
        return isBack;
    }

    /** Whether no packet of a connection that is open comes behind a rule, which a first one misses by its state alone. */
    private static boolean isEndOfOpen(Rule rule) {
        boolean isEnd = rule.action() instanceof Action.Accept || rule.action() instanceof Action.Drop
                || rule.action() instanceof Action.LookUp;
        return isEnd && OPEN.matcher(rule.text()).find()
                && rule.matches().stream().filter(match -> !match.equals(new Match.Always(true))).count() <= 1
                && rule.matches().stream().allMatch(Match.Always.class::isInstance);
    }
}
