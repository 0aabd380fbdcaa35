package io.vipgate.importer.nft;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.netfilter.Action;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.netfilter.Chain;
import io.vipgate.importer.netfilter.ForwardRules;
import io.vipgate.importer.netfilter.Program;
import io.vipgate.importer.netfilter.Program.Base;
import io.vipgate.importer.netfilter.Program.Hook;
import io.vipgate.importer.netfilter.Rule;
import io.vipgate.importer.netfilter.RuleLanguage;
import io.vipgate.importer.nft.NftTable.NftChain;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tables of one family as a program.
 *
 * <p>Confined to one import.
 */
final class NftRules {
    private static final int TRANSLATION = -100;

    /** What a rule that changes the source address of some connections alone has. */
    private static final Set<String> OF_SOME = Set.of("saddr", "oif", "oifname");

    private final AddressFamily family;
    private final List<NftTable> tables;
    private final Notes notes;
    private final Map<String, Chain> chains = new LinkedHashMap<>();
    private final Map<Hook, List<Placed>> placed = new EnumMap<>(Hook.class);
    private final List<Placed> forwarding = new ArrayList<>();
    private int rules;
    private boolean hidesClients;

    /** A base chain and its priority. */
    private record Placed(int priority, Base base) {}

    NftRules(AddressFamily family, List<NftTable> tables, Notes notes) {
        this.family = family;
        this.tables = tables;
        this.notes = notes;
    }

    Program program() {
        String own = family == AddressFamily.IPV4 ? "ip" : "ip6";
        for (NftTable table : tables) {
            if ((table.family().equals(own) || table.family().equals("inet")) && !table.isDormant()) {
                table.chains().forEach((name, chain) -> add(table, name, chain));
            }
        }
        Map<Hook, List<Base>> bases = new EnumMap<>(Hook.class);
        placed.forEach((hook, all) -> {
            all.sort(Comparator.comparingInt(Placed::priority));
            bases.put(hook, all.stream().map(Placed::base).toList());
        });
        return new Program(RuleLanguage.NFT, family, bases, chains, forward(), hidesClients);
    }

    /** What connections to other machines are asked; the chains that it jumps to are those of its tables. */
    private Optional<Program> forward() {
        if (forwarding.isEmpty()) {
            return Optional.empty();
        }
        forwarding.sort(Comparator.comparingInt(Placed::priority));
        return Optional
                .of(ForwardRules.of(RuleLanguage.NFT, family, forwarding.stream().map(Placed::base).toList(), chains));
    }

    private void add(NftTable table, String name, NftChain chain) {
        String hookName = chain.behind("hook");
        boolean isNat = chain.behind("type").equals("nat");
        boolean isBase = !hookName.isEmpty();
        Hook hook = switch (hookName) {
            case "prerouting" -> Hook.PREROUTING;
            case "output" -> Hook.OUTPUT;
            default -> null;
        };
        boolean isBefore = isNat || chain.priority() < TRANSLATION;
        boolean isForward = hookName.equals("forward") && !isNat;
        if (isBase && (hook == null || !isBefore)) {
            noteLeft(name, hookName, isNat, chain);
            if (!isForward) {
                return;
            }
            forwarding.add(new Placed(chain.priority(), new Base(table.key(name), true)));
        }
        if (hook != null) {
            // Chains of type nat are all called at one place, whatever their priorities, which are their order among themselves.
            int priority = isNat ? Math.max(TRANSLATION, chain.priority()) : chain.priority();
            placed.computeIfAbsent(hook, _ -> new ArrayList<>())
                    .add(new Placed(priority, new Base(table.key(name), isNat)));
        }
        List<Rule> read = new ArrayList<>();
        for (List<NftWord> words : chain.rules()) {
            read.addAll(new NftRuleReader(table, family, words, "rule " + rules++).read());
        }
        Action policy = chain.behind("policy").equals("drop")
                ? new Action.Drop("the policy of " + name)
                : new Action.Accept();
        chains.put(table.key(name), new Chain(read, policy));
    }

    private static boolean isRefusing(List<NftWord> rule) {
        return rule.stream().anyMatch(word -> !word.isString() && (word.is("drop") || word.is("reject")));
    }

    private void noteLeft(String name, String hook, boolean isNat, NftChain chain) {
        if (chain.behind("policy").equals("drop") && !RuleLanguage.NFT.afterMove(hook).isEmpty()) {
            notes.add(chain.base().getFirst().line(), String.format(Locale.ROOT,
                    "policy drop of chain %s (hook %s): it stays with nftables%s", name, hook,
                    RuleLanguage.NFT.afterMove(hook)));
        }
        for (List<NftWord> words : chain.rules()) {
            String text = NftWord.text(words);
            hidesClients |= isNat && hook.equals("postrouting")
                    && words.stream().anyMatch(word -> word.is("masquerade") || word.is("snat"))
                    && words.stream().noneMatch(word -> OF_SOME.contains(word.text()));
            notes.add(words.getFirst().line(), isNat && hook.equals("postrouting")
                    ? text + ": no longer needed for the connections that are carried over, the gateway connects from its own "
                            + "address"
                    : String.format(Locale.ROOT, "chain %s (hook %s): not carried over, it stays with nftables%s",
                            name, hook, isRefusing(words) ? RuleLanguage.NFT.afterMove(hook) : ""));
        }
    }
}
