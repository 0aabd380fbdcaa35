package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.AddressFamily;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * All that the kernel asks new connections of one family: base chains by hook, and the chains that they lead to.
 *
 * <p>Immutable.
 *
 * @param language of its rules
 * @param bases by hook, in the order of their priorities
 * @param chains by table and name, {@code nat/LB}
 * @param forward what connections to other machines are asked behind that, with its base chains at {@code PREROUTING}
 * @param hidesClients whether a rule behind routing gives connections of whatever client another source address
 */
public record Program(RuleLanguage language, AddressFamily family, Map<Hook, List<Base>> bases,
        Map<String, Chain> chains,
        Optional<Program> forward, boolean hidesClients) {
    /** Where connections come from. */
    public enum Hook {
        /** From the network. */
        PREROUTING,
        /** From the machine itself. */
        OUTPUT
    }

    /**
     * Where a table's chains begin.
     *
     * @param chain its name, {@code nat/PREROUTING}
     * @param isNat whether it is a nat chain: what others drop goes on being dropped by them
     */
    public record Base(String chain, boolean isNat) {}

    /** Copies the maps. */
    public Program {
        bases = new LinkedHashMap<>(bases);
        chains = new LinkedHashMap<>(chains);
    }

    List<Base> basesAt(Hook hook) {
        return bases.getOrDefault(hook, List.of());
    }

    /** The chain of that name; null if there is none. */
    @org.jspecify.annotations.Nullable
    Chain chain(String name) {
        return chains.get(name);
    }

    /** The names of the chains that packets can get into, for packets to some address or, with null, any. */
    Set<String> reachable(Hook hook, java.math.@org.jspecify.annotations.Nullable BigInteger address) {
        Set<String> seen = new HashSet<>();
        List<String> waiting = new ArrayList<>();
        basesAt(hook).forEach(base -> waiting.add(base.chain()));
        while (!waiting.isEmpty()) {
            String name = waiting.removeLast();
            Chain chain = chains.get(name);
            if (chain == null || !seen.add(name)) {
                continue;
            }
            for (Rule rule : address == null ? chain.rules() : chain.rulesAbout(address)) {
                addTargets(rule.action(), waiting);
            }
        }
        return seen;
    }

    private static void addTargets(Action action, List<String> waiting) {
        if (action instanceof Action.Jump jump) {
            waiting.add(jump.chain());
        } else if (action instanceof Action.Draw draw) {
            draw.options().forEach(option -> addTargets(option.action(), waiting));
        } else if (action instanceof Action.LookUp lookUp) {
            lookUp.entries().forEach(entry -> addTargets(entry.action(), waiting));
        } else if (action instanceof Action.Sequence sequence) {
            sequence.actions().forEach(each -> addTargets(each, waiting));
        }
    }

    /** The rules that packets can get to. */
    List<Rule> reachableRules() {
        Set<Rule> rules = new java.util.LinkedHashSet<>();
        for (Hook hook : Hook.values()) {
            reachable(hook, null).stream().map(chains::get).filter(Objects::nonNull)
                    .forEach(chain -> rules.addAll(chain.rules()));
        }
        return List.copyOf(rules);
    }
}
