package io.vipgate.importer.iptables;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.netfilter.Action;
import io.vipgate.importer.netfilter.Chain;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.netfilter.ForwardRules;
import io.vipgate.importer.netfilter.Match;
import io.vipgate.importer.netfilter.NumberSource;
import io.vipgate.importer.netfilter.Program;
import io.vipgate.importer.netfilter.Program.Base;
import io.vipgate.importer.netfilter.Program.Hook;
import io.vipgate.importer.netfilter.Rule;
import io.vipgate.importer.netfilter.RuleLanguage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The tables of one family as commands change them.
 *
 * <p>Confined to one import.
 */
final class Tables {
    private static final Pattern HIDING = Pattern.compile(" (-j|--jump) (MASQUERADE|SNAT)\\b");
    /** What a rule that changes the source address of some connections alone has. */
    private static final Pattern OF_SOME = Pattern.compile(" (-s|--source|--src|-o|--out-interface|--src-range) ");
    private static final String FORWARD = "filter/FORWARD";
    private static final List<String> BEFORE_ROUTING = List.of("raw", "mangle", "nat");
    /** A rule that packets of connections that are open do not match. */
    private static final Pattern NEW = Pattern.compile("--syn|--tcp-flags|state NEW");
    private static final Map<String, Set<String>> BUILT_IN = Map.of(
            "raw", Set.of("PREROUTING", "OUTPUT"),
            "mangle", Set.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
            "nat", Set.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
            "filter", Set.of("INPUT", "FORWARD", "OUTPUT"),
            "security", Set.of("INPUT", "FORWARD", "OUTPUT"));

    private final AddressFamily family;
    private final Notes notes;
    /** By table and chain, {@code nat/LB}. */
    private final Map<String, List<Line>> chains = new LinkedHashMap<>();
    private final Map<String, String> policies = new LinkedHashMap<>();
    private int counters;

    /** A rule of a chain. */
    record Line(int line, String text, RuleSpec spec) {}

    Tables(AddressFamily family, Notes notes) {
        this.family = family;
        this.notes = notes;
    }

    private static boolean isBuiltIn(String key) {
        int slash = key.indexOf('/');
        return BUILT_IN.getOrDefault(key.substring(0, slash), Set.of()).contains(key.substring(slash + 1));
    }

    boolean isEmpty() {
        return chains.values().stream().allMatch(List::isEmpty);
    }

    private List<Line> chain(String key) {
        return chains.computeIfAbsent(key, _ -> new ArrayList<>());
    }

    void newChain(String key) {
        chain(key);
    }

    void policy(String key, String policy) {
        chain(key);
        policies.put(key, policy);
    }

    void append(String key, Line line) {
        chain(key).add(line);
    }

    /** Puts a rule before the one of that number, from 1. */
    void insert(String key, int number, Line line) throws RuleProblemException {
        List<Line> rules = chain(key);
        if (number < 1 || number > rules.size() + 1) {
            throw new RuleProblemException("the chain has " + rules.size() + " rules, so there is no place " + number);
        }
        rules.add(number - 1, line);
    }

    void replace(String key, int number, Line line) throws RuleProblemException {
        delete(key, number);
        insert(key, number, line);
    }

    void delete(String key, int number) throws RuleProblemException {
        List<Line> rules = chain(key);
        if (number < 1 || number > rules.size()) {
            throw new RuleProblemException("the chain has " + rules.size() + " rules, so there is no rule " + number);
        }
        rules.remove(number - 1);
    }

    /** Deletes the first rule that says this; false when there is none. */
    boolean delete(String key, RuleSpec spec) {
        List<Line> rules = chain(key);
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).spec().equals(spec)) {
                rules.remove(i);
                return true;
            }
        }
        return false;
    }

    boolean has(String key, RuleSpec spec) {
        return chains.getOrDefault(key, List.of()).stream().anyMatch(line -> line.spec().equals(spec));
    }

    /** Deletes the rules of a chain, or of all chains of the table. */
    void flush(String table, Optional<String> chain) {
        chains.forEach((key, rules) -> {
            if (key.startsWith(table + "/") && chain.map(name -> key.equals(table + "/" + name)).orElse(true)) {
                rules.clear();
            }
        });
    }

    /** Deletes a chain, or all empty ones, of a table. */
    void deleteChains(String table, Optional<String> chain) {
        chains.entrySet().removeIf(entry -> entry.getKey().startsWith(table + "/") && !isBuiltIn(entry.getKey())
                && entry.getValue().isEmpty()
                && chain.map(name -> entry.getKey().equals(table + "/" + name)).orElse(true));
    }

    void rename(String table, String from, String to) {
        List<Line> rules = chains.remove(table + "/" + from);
        if (rules != null) {
            chains.put(table + "/" + to, rules);
        }
    }

    /** Whether some rule stands in a table. */
    boolean has(String table) {
        return chains.entrySet().stream().anyMatch(entry -> entry.getKey().startsWith(table + "/")
                && !entry.getValue().isEmpty());
    }

    /** Empties a table altogether, as iptables-restore does. */
    void clear(String table) {
        chains.keySet().removeIf(key -> key.startsWith(table + "/"));
        policies.keySet().removeIf(key -> key.startsWith(table + "/"));
    }

    /** From here on the rules of a chain, or of a table, hold only if something unknown does not. */
    void doubt(String table, Optional<String> chain, Optional<RuleSpec> spec, Match condition) {
        chains.forEach((key, rules) -> {
            if (key.startsWith(table + "/") && chain.map(name -> key.equals(table + "/" + name)).orElse(true)) {
                rules.replaceAll(line -> spec.map(line.spec()::equals).orElse(true)
                        ? new Line(line.line(), line.text(), line.spec().onlyIf(condition))
                        : line);
            }
        });
    }

    // ---- what it comes to ----

    /** The rules as the kernel has them. */
    Program program() {
        Map<Hook, List<Base>> bases = new EnumMap<>(Hook.class);
        for (Hook hook : Hook.values()) {
            List<Base> at = new ArrayList<>();
            for (String table : BEFORE_ROUTING) {
                at.add(new Base(table + "/" + hook, table.equals("nat")));
            }
            bases.put(hook, at);
        }
        Map<String, Chain> compiled = new LinkedHashMap<>();
        chains.forEach((key, rules) -> {
            String table = key.substring(0, key.indexOf('/'));
            if (BEFORE_ROUTING.contains(table)) {
                List<Rule> all = new ArrayList<>();
                rules.forEach(line -> all.add(rule(table, line)));
                compiled.put(key, new Chain(all, policy(key)));
            }
            rules.forEach(line -> note(table, key.substring(key.indexOf('/') + 1), line));
        });
        policies.forEach((key, policy) -> {
            String chain = key.substring(key.indexOf('/') + 1);
            if (key.startsWith("filter/") && policy.equals("DROP") && !RuleLanguage.IPTABLES.afterMove(chain).isEmpty()
                    && has("nat")) {
                notes.add(0, "the policy of table filter, chain " + chain + ", DROP: it stays with iptables"
                        + RuleLanguage.IPTABLES.afterMove(chain));
            }
        });
        return new Program(RuleLanguage.IPTABLES, family, bases, compiled, forward(), hidesClients());
    }

    private boolean hidesClients() {
        return chains.getOrDefault("nat/POSTROUTING", List.of()).stream().map(Line::text)
                .anyMatch(text -> HIDING.matcher(text).find() && !OF_SOME.matcher(text).find());
    }

    /** What connections to other machines are asked by table filter. */
    private Optional<Program> forward() {
        if (!has("nat") || !chains.containsKey(FORWARD)) {
            return Optional.empty();
        }
        Map<String, Chain> compiled = new LinkedHashMap<>();
        chains.forEach((key, rules) -> {
            if (key.startsWith("filter/")) {
                compiled.put(key, new Chain(rules.stream().filter(line -> line.spec().foreignProtocol().isEmpty())
                        .map(line -> rule("filter", line)).toList(), policy(key)));
            }
        });
        return Optional.of(ForwardRules.of(RuleLanguage.IPTABLES, family, List.of(new Base(FORWARD, true)), compiled));
    }

    private Action policy(String key) {
        return policies.getOrDefault(key, "ACCEPT").equals("DROP")
                ? new Action.Drop("the policy of " + key)
                : new Action.Accept();
    }

    private Rule rule(String table, Line line) {
        List<Match> matches = new ArrayList<>();
        for (Match match : line.spec().matches()) {
            matches.add(match instanceof Match.Drawn drawn
                    ? new Match.Drawn(new NumberSource(drawn.source().kind(), "nth " + counters++,
                            drawn.source().modulus()), drawn.numbers())
                    : match);
        }
        Action action = line.spec().action() instanceof Action.Jump jump
                ? new Action.Jump(table + "/" + jump.chain(), jump.isGoto())
                : line.spec().action();
        return new Rule(line.line(), line.text(), matches, action);
    }

    private void note(String table, String chain, Line line) {
        boolean isBefore = BEFORE_ROUTING.contains(table) && !chain.equals("POSTROUTING") && !chain.equals("INPUT")
                && !chain.equals("FORWARD");
        if (table.equals("nat") && chain.equals("POSTROUTING")) {
            notes.add(line.line(), line.text() + ": no longer needed for the connections that are carried over, the "
                    + "gateway connects from its own address");
        } else if (ForwardRules.isBans(chain)) {
            // Said where a rule jumps to it.
        } else if (ForwardRules.isBans(line.spec().action())) {
            noteBans(chain, line);
        } else if (!isBefore) {
            notes.add(line.line(), "table " + table + ", chain " + chain
                    + ": not carried over, it stays with iptables"
                    + (line.spec().action() instanceof Action.Drop && line.spec().foreignProtocol().isEmpty()
                            ? RuleLanguage.IPTABLES.afterMove(chain)
                            : ""));
        } else if (!line.spec().foreignProtocol().isEmpty()) {
            notes.add(line.line(), line.text() + ": " + line.spec().foreignProtocol()
                    + ", and vipgate is for TCP only; the rule stays with iptables");
        } else if (!table.equals("nat") && line.spec().matches().stream().anyMatch(Match.Drawn.class::isInstance)
                && !NEW.matcher(line.text()).find()) {
            notes.addLoss(line.line(), line.text() + ": in table " + table
                    + " nth counts every packet, not connections; one in so many connections is what it comes to at best");
        } else if (!table.equals("nat") && line.spec().action() instanceof Action.Drop) {
            notes.add(line.line(), line.text() + ": not carried over, it stays with iptables");
        } else if (line.spec().action() instanceof Action.NoTrack) {
            notes.add(line.line(), line.text() + ": connections that are not tracked are not translated");
        }
    }

    private void noteBans(String chain, Line line) {
        String how = "let fail2ban ban by vipgate block, which deploy/fail2ban has the action for";
        if (chain.equals("INPUT") || !has("nat")) {
            notes.add(line.line(), line.text() + ": bans of fail2ban stay with iptables, and chain " + chain
                    + " sees the clients' connections from now on; or " + how);
        } else {
            notes.addLoss(line.line(),
                    line.text() + ": chain " + chain + " no longer sees the clients whom fail2ban bans; "
                            + how);
        }
    }
}
