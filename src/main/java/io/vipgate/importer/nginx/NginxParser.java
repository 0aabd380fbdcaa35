package io.vipgate.importer.nginx;

import io.vipgate.importer.common.InputText;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.BlockBuilder;
import io.vipgate.importer.common.SyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the syntax of nginx: directives that end with a semicolon or have a block in braces, quotes, escapes, comments. The
 * code of Lua blocks is passed over.
 *
 * <p>Confined to one reading.
 */
final class NginxParser {
    private final BlockBuilder tree = new BlockBuilder();
    private final String text;
    private List<String> words = new ArrayList<>();
    private int at;
    private int line = 1;
    private int start;

    private NginxParser(String text) {
        this.text = text;
    }

    static List<Statement> parse(String text) throws SyntaxException {
        return new NginxParser(String.join("\n", InputText.lines(text))).read();
    }

    private List<Statement> read() throws SyntaxException {
        while (at < text.length()) {
            char c = text.charAt(at);
            switch (c) {
                case '\n' -> {
                    line++;
                    at++;
                }
                case ' ', '\t', '\r', '\f' -> at++;
                case '#' -> {
                    int end = text.indexOf('\n', at);
                    at = end < 0 ? text.length() : end;
                }
                case ';' -> endDirective();
                case '{' -> openBlock();
                case '}' -> {
                    if (!words.isEmpty()) {
                        throw new SyntaxException(line, "a } where the directive of line " + start
                                + " should end with a semicolon");
                    }
                    tree.close(line);
                    at++;
                }
                default -> {
                    if (words.isEmpty()) {
                        start = line;
                    }
                    words.add(c == '"' || c == '\'' ? quoted(c) : plain());
                }
            }
        }
        if (!words.isEmpty()) {
            throw new SyntaxException(start, "the directive that begins here does not end with a semicolon");
        }
        return tree.end();
    }

    private void endDirective() throws SyntaxException {
        if (words.isEmpty()) {
            throw new SyntaxException(line, "a semicolon that ends nothing");
        }
        tree.statement(start, words);
        words = new ArrayList<>();
        at++;
    }

    private void openBlock() throws SyntaxException {
        if (words.isEmpty()) {
            throw new SyntaxException(line, "a { that belongs to nothing");
        }
        tree.open(start, words);
        at++;
        if (words.getFirst().endsWith("_by_lua_block")) {
            passCode();
        }
        words = new ArrayList<>();
    }

    /** Goes to the brace that ends code in another language. */
    private void passCode() {
        int depth = 0;
        while (at < text.length() && (depth > 0 || text.charAt(at) != '}')) {
            switch (text.charAt(at)) {
                case '\n' -> line++;
                case '{' -> depth++;
                case '}' -> depth--;
                default -> {
                }
            }
            at++;
        }
    }

    private String quoted(char quote) throws SyntaxException {
        int first = line;
        StringBuilder word = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            character(word);
        }
        if (at == text.length()) {
            throw new SyntaxException(first, "a quote (" + quote + ") is not closed");
        }
        at++;
        if (at < text.length() && " \t\r\n\f;{)".indexOf(text.charAt(at)) < 0) {
            throw new SyntaxException(line, "a blank, a semicolon or a { is missing behind a quote");
        }
        return word.toString();
    }

    private String plain() {
        StringBuilder word = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '$' && at + 1 < text.length() && text.charAt(at + 1) == '{') {
                word.append("${");
                at += 2;
            } else if (" \t\r\n\f;{".indexOf(c) >= 0) {
                break;
            } else {
                character(word);
            }
        }
        return word.toString();
    }

    /** One character, escaped or not. */
    private void character(StringBuilder word) {
        char c = text.charAt(at++);
        if (c == '\n') {
            line++;
        }
        if (c != '\\' || at == text.length()) {
            word.append(c);
            return;
        }
        char escaped = text.charAt(at++);
        switch (escaped) {
            case '"', '\'', '\\' -> word.append(escaped);
            case 't' -> word.append('\t');
            case 'r' -> word.append('\r');
            case 'n' -> word.append('\n');
            default -> {
                if (escaped == '\n') {
                    line++;
                }
                word.append('\\').append(escaped);
            }
        }
    }
}
