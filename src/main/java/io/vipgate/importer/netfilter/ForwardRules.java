package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.netfilter.Program.Base;
import io.vipgate.importer.netfilter.Program.Hook;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rules of filters as connections meet them that were sent on before: what they ask of the time before that, of marks and of the
 * interface behind is not known.
 *
 * <p>Confined to one import.
 */
public final class ForwardRules {
    private static final Pattern BANS = Pattern.compile("(?:f2b|fail2ban)-.+");
    private static final Pattern TRANSLATED = Pattern
            .compile("(?<!! )(?:--ct(?:state|status) [A-Z,]*DNAT|ct status [a-z,]*dnat)");
    private static final Pattern BEFORE = Pattern
            .compile(
                    "--ctorig|--ctrepl|--ctstatus|addrtype|--ctstate [A-Z,]*[SD]NAT|ct (?:original|reply|status)|fib ");
    private static final Pattern ASKING_MORE = Pattern.compile("\\b(?:limit|quota|meta|add|update|meter|ct count)\\b");
    private static final Pattern VERDICT = Pattern
            .compile(" (accept|return|drop|reject|flow)(?: with [a-z0-9 -]+| (?:add|offload) @\\S+)?$");

    private final Set<Rule> forNewAlone;

    private ForwardRules(Set<Rule> forNewAlone) {
        this.forNewAlone = forNewAlone;
    }

    /** What chains at the forward hook ask; those may be more, of which some are jumped to. */
    public static Program of(RuleLanguage language, AddressFamily family, List<Base> bases, Map<String, Chain> chains) {
        ForwardRules reader = new ForwardRules(NewConnections.rulesFor(bases, chains));
        Map<String, Chain> behind = new LinkedHashMap<>();
        chains.forEach((name, chain) -> behind.put(name, chain.withRules(reader::behindTranslation)));
        return new Program(language, family, Map.of(Hook.PREROUTING, bases), behind, Optional.empty(), false);
    }

    /** Whether fail2ban keeps a chain of that name. */
    public static boolean isBans(String chain) {
        return BANS.matcher(chain).matches();
    }

    /** Whether what a rule does leads to such a chain. */
    public static boolean isBans(Action action) {
        return action instanceof Action.Jump jump && isBans(jump.chain().substring(jump.chain().indexOf('/') + 1));
    }

    private Rule behindTranslation(Rule rule) {
        if (isBans(rule.action())) {
            return new Rule(rule.line(), rule.text(), rule.matches(), new Action.Nothing());
        }
        boolean isTranslated = TRANSLATED.matcher(rule.text()).find();
        if (!isTranslated && BEFORE.matcher(rule.text()).find()) {
            return new Rule(rule.line(), rule.text(), List.of(new Match.Undecided(rule.text())), rule.action());
        }
        List<Match> matches = new ArrayList<>();
        for (Match match : rule.matches()) {
            matches.add(isTranslated && match.equals(new Match.Always(false))
                    ? new Match.Always(true)
                    : match(rule, match));
        }
        Action action = rule.action() instanceof Action.Unsupported ? action(rule) : rule.action();
        if (isTranslated && action instanceof Action.Accept && !ASKING_MORE.matcher(rule.text()).find()) {
            matches.remove(new Match.Undecided(rule.text()));
        }
        return new Rule(rule.line(), rule.text(), matches, action);
    }

    /** What a rule of nft does, be what it asks understood or not. */
    private static Action action(Rule rule) {
        Matcher verdict = VERDICT.matcher(rule.text());
        return switch (verdict.find() ? verdict.group(1) : "") {
            case "accept" -> new Action.Accept();
            case "return" -> new Action.Return();
            case "drop", "reject" -> new Action.Drop(rule.text());
            case "flow" -> new Action.Nothing();
            default -> rule.action();
        };
    }

    private Match match(Rule rule, Match match) {
        return switch (match) {
            case Match.Mark _ -> new Match.Undecided(rule.text());
            case Match.AboveLimit limit when limit.isRate() && !forNewAlone.contains(rule) ->
                new Match.Undecided(limit.key());
            case Match.AboveLimit limit -> limit.of(rule.line());
            default -> match;
        };
    }
}
