package io.vipgate.importer.nft;

import io.vipgate.importer.netfilter.Action;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.netfilter.Match;
import io.vipgate.importer.netfilter.Rule;
import io.vipgate.importer.netfilter.Translation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one rule: matches and statements from the left to the right. Lookups in sets of several fields, and maps by fields, make
 * several rules of it, of which a packet meets one at most.
 *
 * <p>Confined to one rule.
 */
final class NftRuleReader {
    private static final int MAX_VARIANTS = 5000;
    private static final Set<String> FLAGS = Set.of("random", "fully-random", "persistent");

    private final NftTable table;
    private final AddressFamily family;
    private final NftCursor words;
    private final String text;
    private final NftMatches reader;
    private final int line;
    private final List<Action> before = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private List<List<Match>> variants = new ArrayList<>(List.of(new ArrayList<>()));
    private boolean hasDrawn;
    private boolean isOver;

    NftRuleReader(NftTable table, AddressFamily family, List<NftWord> words, String id) {
        this.table = table;
        this.family = family;
        this.words = new NftCursor(words);
        this.text = NftWord.text(words);
        this.line = words.getFirst().line();
        this.reader = new NftMatches(table, family, this.words, id);
    }

    /** The rules that it is; one that nobody here understands may do anything. */
    List<Rule> read() {
        try {
            while (!words.isAtEnd() && !isOver) {
                statement();
            }
            if (!isOver) {
                finish(new Action.Nothing());
            }
        } catch (NftProblemException e) {
            rules.clear();
            variants.forEach(matches -> {
                List<Match> more = new ArrayList<>(matches);
                more.add(new Match.Undecided(text));
                rules.add(new Rule(line, text, more, new Action.Unsupported(text + ": " + e.problem())));
            });
        }
        return rules;
    }

    private void finish(Action action) {
        Action whole = action;
        if (!before.isEmpty()) {
            List<Action> all = new ArrayList<>(before);
            all.add(action);
            whole = new Action.Sequence(all);
        }
        for (List<Match> matches : variants) {
            rules.add(new Rule(line, text, matches, whole));
        }
        isOver = true;
    }

    private void meet(Match match) {
        hasDrawn |= match instanceof Match.Drawn || match instanceof Match.Chance;
        variants.forEach(matches -> matches.add(match));
    }

    /** Each of several lists of matches may hold. */
    private void meetOneOf(List<List<Match>> alternatives) throws NftProblemException {
        if (hasDrawn && alternatives.size() > 1) {
            meet(new Match.AnyOf(alternatives));
            return;
        }
        if ((long) variants.size() * alternatives.size() > MAX_VARIANTS) {
            throw new NftProblemException("more than " + MAX_VARIANTS + " elements");
        }
        List<List<Match>> more = new ArrayList<>();
        for (List<Match> matches : variants) {
            for (List<Match> alternative : alternatives) {
                List<Match> both = new ArrayList<>(matches);
                both.addAll(alternative);
                more.add(both);
            }
        }
        variants = more;
    }

    private void statement() throws NftProblemException {
        NftWord word = words.peek();
        switch (word.text()) {
            case "counter" -> {
                words.next();
                words.skipPairs(Set.of("packets", "bytes", "name"));
            }
            case "comment" -> words.skip(2);
            case "log" -> {
                words.next();
                words.skipPairs(Set.of("prefix", "level", "group", "snaplen", "queue-threshold", "flags"));
            }
            case "accept" -> finish(new Action.Accept());
            case "return" -> finish(new Action.Return());
            case "continue", "masquerade", "snat" -> finish(new Action.Nothing());
            case "drop", "reject" -> finish(new Action.Drop(text));
            case "notrack" -> finish(new Action.NoTrack());
            case "jump", "goto" -> finish(verdict());
            case "dnat" -> dnat();
            case "redirect" -> redirect();
            case "dup" -> {
                words.next();
                words.require("to");
                words.next();
                words.skipPairs(Set.of("device"));
                before.add(new Action.Copy(text));
            }
            case "queue", "tproxy", "fwd", "synproxy" -> finish(new Action.Unsupported(text));
            case "xt" ->
                throw new NftProblemException("nft can't show what iptables-nft made here; import what iptables-save "
                        + "prints");
            default -> {
                Optional<Action> change = new NftMarks(words, reader).change();
                if (change.isPresent()) {
                    before.add(change.get());
                } else {
                    match();
                }
            }
        }
    }

    private Action verdict() throws NftProblemException {
        return verdict(words.next(), words.isAtEnd() ? new NftWord(line, "", false) : words.peek());
    }

    /** The value of a map. */
    private Action verdict(List<NftWord> value) throws NftProblemException {
        if (value.isEmpty()) {
            throw new NftProblemException("a verdict is expected");
        }
        return verdict(value.getFirst(), value.getLast());
    }

    private Action verdict(NftWord verdict, NftWord chain) throws NftProblemException {
        return switch (verdict.text()) {
            case "jump" -> new Action.Jump(table.key(chain.text()), false);
            case "goto" -> new Action.Jump(table.key(chain.text()), true);
            case "return" -> new Action.Return();
            case "accept" -> new Action.Accept();
            case "drop" -> new Action.Drop(text);
            case "continue" -> new Action.Nothing();
            default -> throw new NftProblemException(verdict.text() + " is no verdict");
        };
    }

    // ---- matches, and maps of verdicts ----

    private void match() throws NftProblemException {
        Optional<Match> random = reader.random();
        if (random.isPresent()) {
            meet(random.get());
            return;
        }
        Optional<NftNumber> number = reader.number();
        if (number.isPresent()) {
            if (words.takes("vmap")) {
                finish(draw(number.get(), value -> Optional.of(verdict(value))));
            } else {
                meet(reader.drawn(number.get()));
            }
            return;
        }
        List<String> fields = reader.fields();
        if (words.takes("vmap")) {
            byFields(fields, value -> Optional.of(verdict(value)));
        } else {
            meetOneOf(reader.alternatives(fields));
        }
    }

    /** What a value of a map means; nothing when it is of the other family. */
    @FunctionalInterface
    private interface Meaning {
        Optional<Action> of(List<NftWord> value) throws NftProblemException;
    }

    private Action draw(NftNumber number, Meaning meaning) throws NftProblemException {
        List<Action.Option> options = new ArrayList<>();
        for (List<NftWord> element : reader.elements()) {
            List<List<NftWord>> pair = NftValues.keyAndValue(element);
            Optional<Action> action = meaning.of(pair.getLast());
            if (action.isPresent()) {
                options.add(new Action.Option(number.numbers(NftWord.text(pair.getFirst())), action.get()));
            }
        }
        return new Action.Draw(number.source(), options);
    }

    private void byFields(List<String> fields, Meaning meaning) throws NftProblemException {
        List<Action.Entry> entries = new ArrayList<>();
        List<Action.Entry> last = new ArrayList<>();
        for (List<NftWord> element : reader.elements()) {
            List<List<NftWord>> pair = NftValues.keyAndValue(element);
            Optional<Action> action = meaning.of(pair.getLast());
            boolean isRest = pair.getFirst().size() == 1 && pair.getFirst().getFirst().is("*");
            List<Match> key = isRest ? List.of() : reader.key(fields, pair.getFirst());
            action.ifPresent(each -> (isRest ? last : entries).add(new Action.Entry(key, each)));
        }
        entries.addAll(last);
        if (hasDrawn || !before.isEmpty()) {
            finish(new Action.LookUp(entries));
            return;
        }
        // One rule for each key: such rules are found by their addresses.
        for (Action.Entry entry : entries) {
            for (List<Match> matches : variants) {
                List<Match> all = new ArrayList<>(matches);
                all.addAll(entry.key());
                rules.add(new Rule(line, text, all, entry.action()));
            }
        }
        isOver = true;
    }

    // ---- targets ----

    private void dnat() throws NftProblemException {
        words.next();
        boolean isOther = words.takes(family == AddressFamily.IPV4 ? "ip6" : "ip");
        boolean isOwn = words.takes(family == AddressFamily.IPV4 ? "ip" : "ip6");
        if (isOther && !isOwn) {
            meet(new Match.Always(false));
        }
        words.takes("prefix");
        words.takes("addr");
        words.takes(".");
        words.takes("port");
        words.takes("to");
        Optional<NftNumber> number = reader.number();
        if (number.isPresent() || reader.isField()) {
            List<String> fields = number.isPresent() ? List.of() : reader.fields();
            words.require("map");
            int at = words.at();
            List<List<NftWord>> _ = reader.elements();
            String port = words.isAtEnd() || !words.peek().text().startsWith(":")
                    ? ""
                    : words.nextJoined().substring(1);
            Set<String> flags = flags();
            int end = words.at();
            words.to(at);
            Meaning meaning = value -> NftValues.target(value, port.strip(), family, isRandom(flags),
                    flags.contains("persistent")).map(Action.Translate::new);
            if (number.isPresent()) {
                finish(draw(number.get(), meaning));
            } else {
                byFields(fields, meaning);
            }
            words.to(end);
            return;
        }
        List<NftWord> target = new ArrayList<>();
        while (!words.isAtEnd() && !FLAGS.contains(words.peek().text()) && !words.peek().is("comment")) {
            target.add(words.next());
        }
        Set<String> flags = flags();
        if (isOther && !isOwn) {
            finish(new Action.Nothing());
            return;
        }
        if (target.isEmpty()) {
            throw new NftProblemException("dnat has no target");
        }
        Optional<Translation> translation = NftValues.target(target, "", family, isRandom(flags),
                flags.contains("persistent"));
        if (translation.isEmpty()) {
            meet(new Match.Always(false));
        }
        finish(translation.<Action>map(Action.Translate::new).orElse(new Action.Nothing()));
    }

    private void redirect() throws NftProblemException {
        words.next();
        String port = "";
        if (words.takes("to")) {
            port = words.nextJoined().replace(":", "").strip();
        }
        Set<String> flags = flags();
        Translation to = NftValues.target(List.of(), port, family, isRandom(flags), false).orElseThrow();
        finish(new Action.Translate(new Translation(Optional.empty(), to.firstPort(), to.lastPort(), 0, isRandom(flags),
                false, true)));
    }

    private static boolean isRandom(Set<String> flags) {
        return flags.contains("random") || flags.contains("fully-random");
    }

    private Set<String> flags() throws NftProblemException {
        List<String> flags = new ArrayList<>();
        while (!words.isAtEnd() && (FLAGS.contains(words.peek().text()) || words.peek().is(","))) {
            flags.add(words.next().text());
        }
        return Set.copyOf(new java.util.TreeSet<>(flags));
    }
}
