package io.vipgate.importer.nft;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.nft.NftTable.NftChain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads tables, chains, sets, maps and definitions, and commands that add to them.
 *
 * <p>Confined to one import.
 */
final class NftReader {
    private static final int MAX_WORDS = 400_000;
    private static final Set<String> FAMILIES = Set.of("ip", "ip6", "inet", "arp", "bridge", "netdev");
    private static final Pattern COMMAND = Pattern.compile("\\s*(?:sudo\\s+)?(?:/\\S*/)?nft\\s+(?:-\\S+\\s+)*(.*)");

    private final Notes notes;
    private final Map<String, NftTable> tables = new LinkedHashMap<>();
    private final Map<String, List<NftWord>> definitions = new HashMap<>();
    private List<NftWord> words = List.of();
    private int at;

    NftReader(Notes notes) {
        this.notes = notes;
    }

    Map<String, NftTable> read(List<String> lines) {
        List<String> stripped = lines.stream().map(NftReader::withoutShell).toList();
        words = NftWord.split(stripped);
        while (at < words.size()) {
            statement();
        }
        return tables;
    }

    /** A command of a script as a file would have it. */
    private static String withoutShell(String line) {
        var command = COMMAND.matcher(line);
        return command.matches() ? command.group(1).replaceAll("\\\\(?=[{};])|'", "") : line;
    }

    private NftWord next() {
        return at < words.size() ? words.get(at++) : new NftWord(0, "\n", false);
    }

    private boolean isNext(String sign) {
        return at < words.size() && words.get(at).is(sign);
    }

    /** The words up to the end of the statement; those in braces belong to it, with the ends of lines in them left out. */
    private List<NftWord> rest() {
        List<NftWord> rest = new ArrayList<>();
        int depth = 0;
        while (at < words.size()) {
            NftWord word = words.get(at);
            if (depth == 0 && (word.isEnd() || word.is("}"))) {
                at += word.isEnd() ? 1 : 0;
                break;
            }
            at++;
            depth += word.is("{") ? 1 : word.is("}") ? -1 : 0;
            if (!word.is("\n")) {
                resolve(word, rest);
            }
            if (rest.size() > MAX_WORDS) {
                break;
            }
        }
        return rest;
    }

    /** Puts what a name is defined as in its place. */
    private void resolve(NftWord word, List<NftWord> into) {
        List<NftWord> defined = !word.isString() && word.text().startsWith("$")
                ? definitions.get(word.text().substring(1))
                : null;
        if (defined == null) {
            into.add(word);
        } else if (into.size() + defined.size() <= MAX_WORDS) {
            defined.forEach(each -> into.add(new NftWord(word.line(), each.text(), each.isString())));
        }
    }

    private void statement() {
        NftWord first = next();
        switch (first.text()) {
            case "\n", ";", "}" -> {
                // nothing
            }
            case "table" -> table();
            case "define", "redefine" -> {
                List<NftWord> all = rest();
                if (all.size() > 1 && all.get(1).is("=")) {
                    definitions.put(all.getFirst().text(), all.subList(2, all.size()));
                }
            }
            case "add", "create", "insert" -> add(first.is("insert"));
            case "flush" -> flush();
            case "include" -> notes.addLoss(first.line(), "include " + NftWord.text(rest())
                    + ": not followed, so the rules in it are missing here");
            case "delete", "destroy", "replace", "reset", "rename" -> notes.addLoss(first.line(), first.text() + " "
                    + NftWord.text(rest()) + ": not followed; import what nft list ruleset prints");
            default -> {
                String text = first.text() + " " + NftWord.text(rest());
                notes.add(first.line(), text.strip() + ": not understood, it is left out");
            }
        }
    }

    private NftTable named() {
        NftWord first = next();
        String family = FAMILIES.contains(first.text()) ? first.text() : "ip";
        String name = FAMILIES.contains(first.text()) ? next().text() : first.text();
        return tables.computeIfAbsent(family + " " + name, _ -> new NftTable(family, name));
    }

    private void table() {
        NftTable table = named();
        if (isNext("{")) {
            at++;
            body(table);
        }
    }

    private void body(NftTable table) {
        while (at < words.size()) {
            NftWord word = next();
            if (word.is("}")) {
                return;
            }
            switch (word.text()) {
                case "\n", ";" -> {
                    // nothing
                }
                case "chain" -> chain(table.chain(next().text()));
                case "set", "map" -> set(table, next().text());
                case "flags" -> {
                    if (NftWord.text(rest()).contains("dormant")) {
                        table.sleep();
                    }
                }
                case "define", "redefine" -> {
                    at--;
                    statement();
                }
                default -> skip();
            }
        }
    }

    private void skip() {
        List<NftWord> _ = rest();
    }

    private void chain(NftChain chain) {
        if (!isNext("{")) {
            return;
        }
        at++;
        while (at < words.size()) {
            if (isNext("}")) {
                at++;
                return;
            }
            List<NftWord> statement = rest();
            if (statement.isEmpty()) {
                continue;
            }
            if (statement.getFirst().is("type") || statement.getFirst().is("policy")) {
                chain.base().addAll(statement);
                chain.base().add(new NftWord(statement.getFirst().line(), ";", false));
            } else if (!statement.getFirst().is("comment") && !statement.getFirst().is("devices")) {
                chain.rules().add(statement);
            }
        }
    }

    private void set(NftTable table, String name) {
        table.addElements(name, List.of());
        if (!isNext("{")) {
            return;
        }
        at++;
        while (at < words.size()) {
            if (isNext("}")) {
                at++;
                return;
            }
            List<NftWord> statement = rest();
            if (statement.size() > 2 && statement.getFirst().is("elements")) {
                table.addElements(name, inBraces(statement.subList(2, statement.size())));
            }
        }
    }

    /** The words between the outermost braces. */
    static List<NftWord> inBraces(List<NftWord> words) {
        return words.size() >= 2 && words.getFirst().is("{") && words.getLast().is("}")
                ? words.subList(1, words.size() - 1)
                : words;
    }

    private void add(boolean isInsert) {
        NftWord what = next();
        switch (what.text()) {
            case "table" -> table();
            case "chain" -> {
                NftTable table = named();
                chain(table.chain(next().text()));
            }
            case "set", "map" -> {
                NftTable table = named();
                set(table, next().text());
            }
            case "element" -> {
                NftTable table = named();
                table.addElements(next().text(), inBraces(rest()));
            }
            case "rule" -> {
                NftTable table = named();
                NftChain chain = table.chain(next().text());
                List<NftWord> rule = rest();
                boolean isPlaced = !rule.isEmpty()
                        && Set.of("position", "handle", "index").contains(rule.getFirst().text());
                if (isPlaced) {
                    notes.addLoss(what.line(),
                            "rule " + NftWord.text(rule) + ": its place is not followed, it is taken as "
                                    + (isInsert ? "the first" : "the last"));
                    rule = rule.subList(Math.min(2, rule.size()), rule.size());
                }
                if (!rule.isEmpty()) {
                    chain.rules().add(isInsert ? 0 : chain.rules().size(), rule);
                }
            }
            default -> skip();
        }
    }

    private void flush() {
        NftWord what = next();
        if (what.is("ruleset")) {
            tables.clear();
        } else if (what.is("table")) {
            named().flush();
        } else if (what.is("chain")) {
            NftTable table = named();
            table.chain(next().text()).rules().clear();
        }
        skip();
    }
}
