package io.vipgate.importer.nginx;

import io.vipgate.importer.common.BlockBuilder;
import io.vipgate.importer.common.InputText;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.SyntaxException;
import io.vipgate.importer.common.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads an nginx.conf into statements: directives that end with a semicolon or have a block in braces. The code of Lua blocks is
 * skipped.
 *
 * <p>Confined to one import.
 */
final class NginxParser {
    private static final String MAY_FOLLOW_A_QUOTE = " \t\r\n\f;{)";

    private final BlockBuilder blocks = new BlockBuilder();
    private final Tokenizer tokens;
    private List<String> words = new ArrayList<>();
    private int start;

    private NginxParser(String text) {
        tokens = new Tokenizer(text, 1, new NginxSyntax());
    }

    static List<Statement> parse(String text) throws SyntaxException {
        return new NginxParser(String.join("\n", InputText.lines(text))).read();
    }

    private List<Statement> read() throws SyntaxException {
        while (tokens.next()) {
            if (tokens.is(';')) {
                endDirective();
            } else if (tokens.is('{')) {
                openBlock();
            } else if (tokens.is('}')) {
                closeBlock();
            } else {
                word();
            }
        }
        tokens.requireClosedQuote();
        if (!words.isEmpty()) {
            throw new SyntaxException(start, "the directive that begins here does not end with a semicolon");
        }
        return blocks.build();
    }

    private void word() throws SyntaxException {
        if (words.isEmpty()) {
            start = tokens.line();
        }
        words.add(tokens.text());
        if (tokens.isQuoted() && MAY_FOLLOW_A_QUOTE.indexOf(tokens.following()) < 0) {
            throw new SyntaxException(tokens.lastLine(), "a blank, a semicolon or a { is missing after a quote");
        }
    }

    private void endDirective() throws SyntaxException {
        if (words.isEmpty()) {
            throw new SyntaxException(tokens.line(), "a semicolon that ends nothing");
        }
        blocks.add(start, words);
        words = new ArrayList<>();
    }

    private void openBlock() throws SyntaxException {
        if (words.isEmpty()) {
            throw new SyntaxException(tokens.line(), "a { that belongs to nothing");
        }
        blocks.open(start, words);
        if (words.getFirst().endsWith("_by_lua_block")) {
            tokens.skipBlock();
        }
        words = new ArrayList<>();
    }

    private void closeBlock() throws SyntaxException {
        if (!words.isEmpty()) {
            throw new SyntaxException(tokens.line(), "a } where the directive of line " + start
                    + " should end with a semicolon");
        }
        blocks.close(tokens.line());
    }
}
