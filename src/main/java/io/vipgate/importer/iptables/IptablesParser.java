package io.vipgate.importer.iptables;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Syntax;
import io.vipgate.importer.common.Tokenizer;
import io.vipgate.importer.iptables.IptablesRule.Option;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the text that {@code iptables-save} prints, iptables-save(8): tables ({@code *nat}), chains ({@code :PREROUTING
 * ACCEPT [0:0]}), rules ({@code -A ...}), {@code COMMIT}. Also takes the lines of a script ({@code iptables -t nat -A ...}).
 *
 * <p>Confined to one import.
 */
final class IptablesParser {
    private static final Syntax SYNTAX = new IptablesSyntax();

    private final List<IptablesRule> rules = new ArrayList<>();
    private final Set<String> chains = new HashSet<>();
    private final Notes notes;
    private String table = "filter";

    private IptablesParser(Notes notes) {
        this.notes = notes;
    }

    /**
     * What was read.
     *
     * @param chains the operator's own, as {@code table/chain}
     */
    record Parsed(List<IptablesRule> rules, Set<String> chains) {}

    static Parsed parse(String text, Notes notes) {
        IptablesParser parser = new IptablesParser(notes);
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            parser.line(number, line.strip());
        }
        return new Parsed(List.copyOf(parser.rules), Set.copyOf(parser.chains));
    }

    private void line(int number, String line) {
        if (line.isEmpty() || line.startsWith("#") || line.equals("COMMIT")) {
            return;
        }
        if (line.startsWith("*")) {
            table = line.substring(1).strip();
            return;
        }
        if (line.startsWith(":")) {
            String[] words = line.substring(1).split("\\s+", -1);
            if (words.length > 1 && words[1].equals("-")) {
                chains.add(table + "/" + words[0]);
            }
            return;
        }
        Tokenizer tokens = new Tokenizer(line, number, SYNTAX);
        List<String> words = tokens.words();
        if (tokens.hasOpenQuote()) {
            notes.add(number, "a quote is not closed");
        }
        if (!words.isEmpty() && words.getFirst().matches("\\[\\d+:\\d+]")) {
            words.removeFirst();
        }
        if (!words.isEmpty() && words.getFirst().matches("(?:.*/)?iptables(?:-legacy|-nft)?")) {
            words.removeFirst();
            rule(number, words, "filter", line);
        } else {
            rule(number, words, table, line);
        }
    }

    private void rule(int number, List<String> words, String defaultTable, String line) {
        String inTable = defaultTable;
        String chain = "";
        List<Option> options = new ArrayList<>();
        boolean isNegated = false;
        int i = 0;
        while (i < words.size()) {
            String word = words.get(i++);
            if (word.equals("!")) {
                isNegated = true;
                continue;
            }
            if (!word.startsWith("-")) {
                notes.add(number, word + " is not understood; the line is left out: " + line);
                return;
            }
            List<String> values = new ArrayList<>();
            while (i < words.size() && !words.get(i).startsWith("-") && !words.get(i).equals("!")) {
                values.add(words.get(i++));
            }
            switch (word) {
                case "-t", "--table" -> inTable = values.isEmpty() ? "" : values.getFirst();
                case "-A", "--append" -> chain = values.isEmpty() ? "" : values.getFirst();
                default -> options.add(new Option(word, isNegated, List.copyOf(values)));
            }
            isNegated = false;
        }
        if (chain.isEmpty()) {
            notes.add(number, "not a rule that is appended to a chain; the line is left out: " + line);
        } else {
            rules.add(new IptablesRule(number, inTable, chain, List.copyOf(options)));
        }
    }
}
