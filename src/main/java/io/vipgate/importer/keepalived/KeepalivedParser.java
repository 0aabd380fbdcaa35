package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.BlockBuilder;
import io.vipgate.importer.common.InputText;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.Syntax;
import io.vipgate.importer.common.SyntaxException;
import io.vipgate.importer.common.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the syntax of keepalived.conf(5): words between blanks, blocks in braces, quotes with escapes, comments from
 * {@code #} or {@code !} to the line's end, lines that go on after a backslash, definitions ({@code $NAME=value}). What
 * needs another file, another node's view or a loop ({@code include}, {@code @node}, {@code ~SEQ}) stays a statement.
 *
 * <p>Confined to one import.
 */
final class KeepalivedParser {
    private static final Syntax SYNTAX = new KeepalivedSyntax();
    private static final Pattern DEFINITION = Pattern.compile("\\s*\\$([A-Za-z0-9_]+)\\s*=(.*)");

    private final BlockBuilder blocks = new BlockBuilder();
    private final KeepalivedDefinitions definitions;
    private final Notes notes;
    private List<String> words = new ArrayList<>();
    private int start;

    private KeepalivedParser(Notes notes) {
        this.notes = notes;
        definitions = new KeepalivedDefinitions(notes);
    }

    static List<Statement> parse(String text, Notes notes) throws SyntaxException {
        return new KeepalivedParser(notes).read(InputText.lines(text));
    }

    private List<Statement> read(List<String> lines) throws SyntaxException {
        for (int i = 0; i < lines.size(); i++) {
            int number = i + 1;
            StringBuilder whole = new StringBuilder(lines.get(i));
            while (endsInBackslash(whole) && i + 1 < lines.size()) {
                i++;
                whole.setLength(whole.length() - 1);
                whole.append(' ').append(lines.get(i));
            }
            Matcher definition = DEFINITION.matcher(whole);
            if (!definition.matches()) {
                line(number, definitions.expand(number, whole.toString()));
            } else if (i + 1 > number) {
                notes.add(number, "$" + definition.group(1) + ": a definition of several lines is not expanded");
            } else {
                definitions.define(number, definition.group(1), definition.group(2));
            }
        }
        return blocks.build();
    }

    private static boolean endsInBackslash(CharSequence line) {
        return !line.isEmpty() && line.charAt(line.length() - 1) == '\\';
    }

    private void line(int number, String line) throws SyntaxException {
        start = number;
        Tokenizer tokens = new Tokenizer(line, number, SYNTAX);
        while (tokens.next()) {
            if (tokens.is('{')) {
                openBlock();
            } else if (tokens.is('}')) {
                endStatement();
                blocks.close(number);
            } else {
                words.add(tokens.text());
            }
        }
        tokens.requireClosedQuote();
        endStatement();
    }

    private void openBlock() throws SyntaxException {
        if (words.isEmpty()) {
            blocks.openLast(start);
        } else {
            blocks.open(start, words);
            words = new ArrayList<>();
        }
    }

    private void endStatement() {
        if (!words.isEmpty()) {
            blocks.add(start, words);
            words = new ArrayList<>();
        }
    }
}
