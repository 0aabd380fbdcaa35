package io.vipgate.importer.iptables;

import io.vipgate.importer.iptables.ShellWord.Kind;
import io.vipgate.importer.iptables.ShellWord.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a script into words and operators: quotes, backslashes, comments, variables, redirections and here-documents as a POSIX shell
 * has them.
 *
 * <p>Confined to one import.
 */
final class ShellLexer {
    private static final String OPERATORS = ";&|()\n";
    private static final int MAX_NESTING = 100;

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private final List<HereDocument> waiting = new ArrayList<>();
    private int at;
    private int line = 1;

    /** A word or an operator, or what a command reads. */
    sealed interface Token {
        int line();
    }

    record Word(int line, ShellWord word) implements Token {}

    /** One of {@code ; & | ( ) && || ;;} and the end of a line. */
    record Operator(int line, String text) implements Token {}

    /**
     * What {@code <<EOF} gives a command to read.
     *
     * @param isQuoted variables stay as they are
     */
    record Input(int line, List<String> lines, int firstLine, boolean isQuoted) implements Token {}

    /** A file that a command reads. */
    record InputFile(int line) implements Token {}

    /** One whose text is still to come. */
    private record HereDocument(int token, String end, boolean isIndented, boolean isQuoted) {}

    private ShellLexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) {
        ShellLexer lexer = new ShellLexer(text);
        lexer.read();
        return lexer.tokens;
    }

    private void read() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                skipTo('\n');
            } else if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == '\n') {
                at += 2;
                line++;
            } else if (c == '\n') {
                tokens.add(new Operator(line, "\n"));
                at++;
                line++;
                readHereDocuments();
            } else if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '<' || c == '>') {
                redirection();
            } else if (c == '&' && at + 1 < text.length() && text.charAt(at + 1) == '>') {
                at++;
                redirection();
            } else if (OPERATORS.indexOf(c) >= 0) {
                boolean isDouble = at + 1 < text.length() && text.charAt(at + 1) == c && c != '(' && c != ')';
                tokens.add(new Operator(line, isDouble ? String.valueOf(c).repeat(2) : String.valueOf(c)));
                at += isDouble ? 2 : 1;
            } else {
                int start = line;
                ShellWord word = word();
                boolean isDescriptor = at < text.length() && (text.charAt(at) == '<' || text.charAt(at) == '>')
                        && word.parts().size() == 1 && word.parts().getFirst().text().matches("[0-9]");
                if (!isDescriptor) {
                    tokens.add(new Word(start, word));
                }
            }
        }
    }

    private void skipTo(char end) {
        int found = text.indexOf(end, at);
        at = found < 0 ? text.length() : found;
    }

    private void redirection() {
        int from = at;
        while (at < text.length() && "<>&|".indexOf(text.charAt(at)) >= 0 && at - from < 3) {
            at++;
        }
        String operator = text.substring(from, at);
        boolean isIndented = operator.equals("<<") && at < text.length() && text.charAt(at) == '-';
        at += isIndented ? 1 : 0;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        int start = line;
        ShellWord target = word();
        if (operator.equals("<<")) {
            StringBuilder end = new StringBuilder();
            target.parts().forEach(part -> end.append(part.text()));
            boolean isQuoted = target.parts().stream().anyMatch(Part::isQuoted);
            waiting.add(new HereDocument(tokens.size(), end.toString(), isIndented, isQuoted));
            tokens.add(new Input(start, List.of(), start, isQuoted));
        } else if (operator.startsWith("<") && !operator.equals("<&")) {
            tokens.add(new InputFile(start));
        }
    }

    private void readHereDocuments() {
        for (HereDocument document : waiting) {
            List<String> lines = new ArrayList<>();
            int first = line;
            while (at < text.length()) {
                int end = text.indexOf('\n', at);
                String raw = text.substring(at, end < 0 ? text.length() : end);
                String each = document.isIndented ? raw.replaceFirst("^\t+", "") : raw;
                at = end < 0 ? text.length() : end + 1;
                line++;
                if (each.equals(document.end)) {
                    break;
                }
                lines.add(each);
            }
            tokens.set(document.token, new Input(tokens.get(document.token).line(), lines, first, document.isQuoted));
        }
        waiting.clear();
    }

    // ---- words ----

    /** A here-document's line, in which only variables are replaced. */
    static ShellWord template(String line) {
        ShellLexer lexer = new ShellLexer(line);
        List<Part> parts = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        while (lexer.at < line.length()) {
            lexer.one(parts, plain, '"');
        }
        flush(parts, plain, true);
        return new ShellWord(parts);
    }

    private ShellWord word() {
        List<Part> parts = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        char quote = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (quote == 0 && (Character.isWhitespace(c) || OPERATORS.indexOf(c) >= 0 || c == '<' || c == '>')) {
                break;
            }
            if (quote == '\'' && c != '\'') {
                line += c == '\n' ? 1 : 0;
                plain.append(c);
                at++;
            } else if (c == quote) {
                flush(parts, plain, true);
                quote = 0;
                at++;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                flush(parts, plain, false);
                quote = c;
                at++;
                if (at < text.length() && text.charAt(at) == c) {
                    parts.add(new Part(Kind.TEXT, "", true, ""));
                }
            } else {
                one(parts, plain, quote);
            }
        }
        flush(parts, plain, quote != 0);
        return new ShellWord(parts);
    }

    private static void flush(List<Part> parts, StringBuilder plain, boolean isQuoted) {
        if (!plain.isEmpty()) {
            parts.add(new Part(Kind.TEXT, plain.toString(), isQuoted, ""));
            plain.setLength(0);
        }
    }

    /** One character, escape or variable. */
    private void one(List<Part> parts, StringBuilder plain, char quote) {
        char c = text.charAt(at);
        if (c == '\\' && at + 1 < text.length()) {
            char next = text.charAt(at + 1);
            at += 2;
            if (next == '\n') {
                line++;
            } else if (quote == '"' && "$`\"\\".indexOf(next) < 0) {
                plain.append(c).append(next);
            } else {
                plain.append(next);
            }
        } else if (c == '`') {
            flush(parts, plain, quote != 0);
            int from = at++;
            skipTo('`');
            at = Math.min(at + 1, text.length());
            unknown(parts, from, quote);
        } else if (c == '$' && at + 1 < text.length()) {
            flush(parts, plain, quote != 0);
            dollar(parts, plain, quote);
        } else {
            line += c == '\n' ? 1 : 0;
            plain.append(c);
            at++;
        }
    }

    private void unknown(List<Part> parts, int from, char quote) {
        String all = text.substring(from, at);
        line += (int) all.chars().filter(c -> c == '\n').count();
        parts.add(new Part(Kind.UNKNOWN, all, quote != 0, ""));
    }

    private void dollar(List<Part> parts, StringBuilder plain, char quote) {
        int from = at;
        char next = text.charAt(at + 1);
        if (next == '(' || next == '{') {
            at++;
            skipNested(next, next == '(' ? ')' : '}');
            String inner = text.substring(Math.min(from + 2, at), Math.max(from + 2, at - 1));
            int name = nameEnd(inner, 0);
            boolean isDefault = name < inner.length() && (inner.startsWith(":-", name) || inner.startsWith(":=", name)
                    || inner.startsWith("-", name) || inner.startsWith("=", name));
            if (next == '{' && name > 0 && (name == inner.length() || isDefault)) {
                String byDefault = isDefault ? inner.substring(name + (inner.charAt(name) == ':' ? 2 : 1)) : "";
                boolean isPlain = byDefault.chars().noneMatch(c -> c == '$' || c == '`' || c == '\\');
                parts.add(isPlain
                        ? new Part(Kind.VARIABLE, inner.substring(0, name), quote != 0,
                                byDefault.replace("\"", "").replace("'", ""))
                        : new Part(Kind.UNKNOWN, text.substring(from, at), quote != 0, ""));
            } else {
                unknown(parts, from, quote);
            }
            return;
        }
        int end = nameEnd(text, at + 1);
        if (end > at + 1) {
            parts.add(new Part(Kind.VARIABLE, text.substring(at + 1, end), quote != 0, ""));
            at = end;
        } else if (Character.isDigit(next) || "@*#?$!-".indexOf(next) >= 0) {
            at += 2;
            unknown(parts, from, quote);
        } else {
            plain.append('$');
            at++;
        }
    }

    private void skipNested(char open, char close) {
        int depth = 0;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\\' && at < text.length()) {
                at++;
            } else if (c == open && depth < MAX_NESTING) {
                depth++;
            } else if (c == close) {
                depth--;
                if (depth == 0) {
                    return;
                }
            }
        }
    }

    private static int nameEnd(String text, int from) {
        int end = from;
        while (end < text.length() && (text.charAt(end) == '_' || isLetter(text.charAt(end))
                || (end > from && text.charAt(end) >= '0' && text.charAt(end) <= '9'))) {
            end++;
        }
        return end;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
