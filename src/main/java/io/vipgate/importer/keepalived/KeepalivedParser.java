package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.InputText;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.BlockBuilder;
import io.vipgate.importer.common.SyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the syntax of keepalived.conf(5): words between blanks, blocks in braces, quotes with escapes, comments from
 * {@code #} or {@code !} to the line's end, lines that go on after a backslash, definitions ({@code $NAME=value}). What
 * needs another file, another node's view or a loop ({@code include}, {@code @node}, {@code ~SEQ}) stays a statement.
 *
 * <p>Confined to one reading.
 */
final class KeepalivedParser {
    private static final Pattern DEFINITION = Pattern.compile("\\s*\\$([A-Za-z0-9_]+)\\s*=(.*)");

    private final BlockBuilder tree = new BlockBuilder();
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
                notes.add(number, "$" + definition.group(1) + ": a definition of several lines is not followed");
            } else {
                definitions.define(number, definition.group(1), definition.group(2));
            }
        }
        return tree.end();
    }

    private static boolean endsInBackslash(CharSequence line) {
        return !line.isEmpty() && line.charAt(line.length() - 1) == '\\';
    }

    private void line(int number, String line) throws SyntaxException {
        start = number;
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (c == '#' || c == '!') {
                break;
            } else if (Character.isWhitespace(c)) {
                i++;
            } else if (c == '{') {
                openBlock();
                i++;
            } else if (c == '}') {
                endStatement();
                tree.close(number);
                i++;
            } else {
                i = word(line, i);
            }
        }
        endStatement();
    }

    private void openBlock() throws SyntaxException {
        if (words.isEmpty()) {
            tree.openAfterLast(start);
        } else {
            tree.open(start, words);
            words = new ArrayList<>();
        }
    }

    private void endStatement() {
        if (!words.isEmpty()) {
            tree.statement(start, words);
            words = new ArrayList<>();
        }
    }

    /** Reads a word, which may be quoted in parts; the answer is where it ends. */
    private int word(String line, int from) throws SyntaxException {
        StringBuilder word = new StringBuilder();
        int i = from;
        char quote = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (quote != 0 && c == '\\' && i + 1 < line.length()) {
                i = escape(line, i + 1, word);
                continue;
            }
            if (quote == 0 && c == '$' && i + 1 < line.length() && line.charAt(i + 1) == '{') {
                int end = line.indexOf('}', i);
                end = end < 0 ? line.length() : end + 1;
                word.append(line, i, end);
                i = end;
                continue;
            }
            if (quote == 0 && (Character.isWhitespace(c) || "{}#!".indexOf(c) >= 0)) {
                break;
            }
            if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else {
                word.append(c);
            }
            i++;
        }
        if (quote != 0) {
            throw new SyntaxException(start, "a quote (" + quote + ") is not closed");
        }
        words.add(word.toString());
        return i;
    }

    /** What stands after a backslash in quotes; the answer is where the escape ends. */
    private static int escape(String line, int at, StringBuilder word) {
        char c = line.charAt(at);
        int control = "abEfnrtv".indexOf(c);
        if (control >= 0) {
            word.append("\u0007\b\u001b\f\n\r\t\u000b".charAt(control));
            return at + 1;
        }
        boolean isHex = c == 'x';
        int radix = isHex ? 16 : 8;
        int first = isHex ? at + 1 : at;
        int end = first;
        while (end < line.length() && end < first + (isHex ? 2 : 3) && Character.digit(line.charAt(end), radix) >= 0) {
            end++;
        }
        if (end == first) {
            word.append(c);
            return at + 1;
        }
        word.append((char) Integer.parseInt(line.substring(first, end), radix));
        return end;
    }
}
