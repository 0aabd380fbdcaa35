package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.InputText;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.Syntax;
import io.vipgate.importer.common.SyntaxException;
import io.vipgate.importer.common.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads a haproxy.cfg into statements: a section's keyword begins a section, every other line belongs to the section before it.
 *
 * <p>Confined to one import.
 */
final class HaproxyParser {
    private static final Set<String> SECTIONS = Set.of("global", "defaults", "frontend", "backend", "listen", "peers",
            "resolvers", "mailers", "userlist", "program", "http-errors", "ring", "log-forward", "log-profile", "cache",
            "fcgi-app", "crt-store", "crt-list", "traces", "acme", "aggregations", "dynamic-update");

    private static final int MAX_SECTIONS = 5000;
    private static final int MAX_DEFAULTS = 2000;

    private static final Syntax SYNTAX = new HaproxySyntax();

    private final Notes notes;
    private final HaproxyVariables variables;
    private final HaproxyConditions conditions;
    private final List<Statement> sections = new ArrayList<>();
    private final List<Statement> block = new ArrayList<>();
    private int sectionLine;
    private List<String> section = List.of();

    private HaproxyParser(Notes notes) {
        this.notes = notes;
        variables = new HaproxyVariables(notes);
        conditions = new HaproxyConditions(notes);
    }

    /** The sections, with their lines as blocks. */
    static List<Statement> parse(String text, Notes notes) throws SyntaxException {
        HaproxyParser parser = new HaproxyParser(notes);
        int number = 0;
        for (String line : InputText.lines(text)) {
            number++;
            Tokenizer tokens = new Tokenizer(parser.variables.expanded(line, number), number, SYNTAX);
            List<String> words = tokens.words();
            tokens.requireClosedQuote();
            if (!words.isEmpty()) {
                parser.line(number, words);
            }
        }
        parser.endSection();
        return List.copyOf(parser.sections);
    }

    private void line(int number, List<String> words) throws SyntaxException {
        String first = words.getFirst();
        Statement statement = new Statement(number, words, List.of(), false);
        if (first.startsWith(".")) {
            conditions.read(statement);
        } else if (!conditions.holds()) {
            return;
        } else if (SECTIONS.contains(first)) {
            endSection();
            sectionLine = number;
            section = List.copyOf(words);
        } else if (section.isEmpty()) {
            notes.leftOut(statement, "stands before the first section");
        } else {
            if (section.getFirst().equals("global")) {
                variables.follow(words);
            }
            block.add(statement);
        }
    }

    private void endSection() throws SyntaxException {
        if (sections.size() == MAX_SECTIONS) {
            throw new SyntaxException(sectionLine, "more than " + MAX_SECTIONS + " sections: split the file");
        }
        if (!section.isEmpty() && section.getFirst().equals("defaults") && block.size() > MAX_DEFAULTS) {
            throw new SyntaxException(sectionLine, "more than " + MAX_DEFAULTS + " lines of defaults");
        }
        if (!section.isEmpty()) {
            sections.add(new Statement(sectionLine, section, block, true));
            block.clear();
        }
    }
}
