package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.InputText;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.SyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads the syntax of HAProxy's configuration: a section's keyword begins a section, every other line belongs to the one
 * before it. Words stand between blanks, with quotes and backslashes as its manual's section 2.2 "Quoting and escaping"
 * has them. What environment variables stand for is not known here, and they stay as they are.
 *
 * <p>Confined to one reading.
 */
final class HaproxyParser {
    private static final Set<String> SECTIONS = Set.of("global", "defaults", "frontend", "backend", "listen", "peers",
            "resolvers", "mailers", "userlist", "program", "http-errors", "ring", "log-forward", "log-profile", "cache",
            "fcgi-app", "crt-store", "crt-list", "traces", "acme", "aggregations", "dynamic-update");

    private static final int MOST_SECTIONS = 5000;
    private static final int MOST_DEFAULTS = 2000;

    private final Notes notes;
    private final List<Statement> sections = new ArrayList<>();
    private final List<Statement> block = new ArrayList<>();
    private int sectionLine;
    private List<String> section = List.of();
    private int conditions;

    private HaproxyParser(Notes notes) {
        this.notes = notes;
    }

    /** The sections, with their lines as blocks. */
    static List<Statement> parse(String text, Notes notes) throws SyntaxException {
        HaproxyParser reading = new HaproxyParser(notes);
        int number = 0;
        for (String line : InputText.lines(text)) {
            number++;
            List<String> words = words(number, line);
            if (!words.isEmpty()) {
                reading.line(number, words);
            }
        }
        reading.endSection();
        return List.copyOf(reading.sections);
    }

    private void line(int number, List<String> words) throws SyntaxException {
        String first = words.getFirst();
        if (first.startsWith(".")) {
            condition(new Statement(number, words, List.of(), false));
        } else if (conditions == 0 && SECTIONS.contains(first)) {
            endSection();
            sectionLine = number;
            section = List.copyOf(words);
        } else if (conditions == 0) {
            Statement statement = new Statement(number, words, List.of(), false);
            if (section.isEmpty()) {
                notes.add(statement, "stands before every section; it is left out");
            } else {
                block.add(statement);
            }
        }
    }

    private void condition(Statement directive) {
        switch (directive.name()) {
            case ".if" -> {
                conditions++;
                notes.add(directive, "left out up to its .endif");
            }
            case ".endif" -> conditions = Math.max(0, conditions - 1);
            default -> {
                if (conditions == 0) {
                    notes.add(directive, "not followed");
                }
            }
        }
    }

    private void endSection() throws SyntaxException {
        if (sections.size() == MOST_SECTIONS) {
            throw new SyntaxException(sectionLine, "more than " + MOST_SECTIONS + " sections: divide the file");
        }
        if (!section.isEmpty() && section.getFirst().equals("defaults") && block.size() > MOST_DEFAULTS) {
            throw new SyntaxException(sectionLine, "more than " + MOST_DEFAULTS + " lines of defaults");
        }
        if (!section.isEmpty()) {
            sections.add(new Statement(sectionLine, section, block, true));
            block.clear();
        }
    }

    private static List<String> words(int number, String line) throws SyntaxException {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean hasWord = false;
        char quote = 0;
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
                i = escape(line, i + 1, word);
                hasWord = true;
                continue;
            }
            if (quote == 0 && c == '#') {
                break;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (hasWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    hasWord = false;
                }
            } else {
                if (c == quote) {
                    quote = 0;
                } else if (quote == 0 && (c == '"' || c == '\'')) {
                    quote = c;
                } else {
                    word.append(c);
                }
                hasWord = true;
            }
            i++;
        }
        if (quote != 0) {
            throw new SyntaxException(number, "a quote (" + quote + ") is not closed");
        }
        if (hasWord) {
            words.add(word.toString());
        }
        return words;
    }

    /** What stands after a backslash; the answer is where the escape ends. */
    private static int escape(String line, int at, StringBuilder word) {
        char c = line.charAt(at);
        switch (c) {
            case 'n' -> word.append('\n');
            case 'r' -> word.append('\r');
            case 't' -> word.append('\t');
            case 'x' -> {
                if (at + 2 < line.length() && Character.digit(line.charAt(at + 1), 16) >= 0
                        && Character.digit(line.charAt(at + 2), 16) >= 0) {
                    word.append((char) Integer.parseInt(line.substring(at + 1, at + 3), 16));
                    return at + 3;
                }
                word.append("\\x");
            }
            case ' ', '#', '\\', '\'', '"', '$', '\t' -> word.append(c);
            default -> word.append("\\").append(c);
        }
        return at + 1;
    }
}
