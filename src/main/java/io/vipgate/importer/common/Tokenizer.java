package io.vipgate.importer.common;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits text into words and separators, by the rules of a {@link Syntax}: drops blanks and comments, takes off quotes, replaces
 * escapes. {@link #next} goes to the next token; the other methods ask about the one that it went to.
 *
 * <p>Confined to one import.
 */
public final class Tokenizer {
    private final String text;
    private final Syntax syntax;
    private int at;
    private int line;

    private String word = "";
    private int start;
    private boolean isSeparator;
    private boolean isQuoted;
    private char openQuote;
    private int quoteLine;

    /** Before the first token of a text that begins on the line. */
    public Tokenizer(String text, int line, Syntax syntax) {
        this.text = text;
        this.line = line;
        this.syntax = syntax;
    }

    /** The words of a text that has no separators; a quote that is not closed ends with the text. */
    public static List<String> words(String text, Syntax syntax) {
        return new Tokenizer(text, 1, syntax).words();
    }

    /** The words that are left, when there are no separators. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        while (next()) {
            words.add(word);
        }
        return words;
    }

    /** Goes to the next token; false at the end of the text. */
    public boolean next() {
        skipBlanks();
        if (at == text.length()) {
            return false;
        }
        start = line;
        isSeparator = syntax.isSeparator(text.charAt(at), false);
        isQuoted = syntax.isQuote(text.charAt(at), false);
        if (isSeparator) {
            word = text.substring(at, at + 1);
            advance(at + 1);
        } else {
            word = readWord();
        }
        return true;
    }

    private void skipBlanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (syntax.isComment(c, false)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (syntax.isBlank(c)) {
                advance(at + 1);
            } else {
                return;
            }
        }
    }

    private String readWord() {
        StringBuilder out = new StringBuilder();
        int first = at;
        char quote = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length() && syntax.hasEscapes(quote)) {
                advance(syntax.escape(text, at + 1, out));
                continue;
            }
            if (quote == 0) {
                int end = syntax.verbatimEnd(text, at);
                if (end > at) {
                    out.append(text, at, end);
                    advance(end);
                    continue;
                }
                if (syntax.isBlank(c) || syntax.isSeparator(c, true) || syntax.isComment(c, true)) {
                    break;
                }
            }
            boolean isInWord = at > first;
            int lineBefore = line;
            advance(at + 1);
            if (quote != 0 && c == quote) {
                quote = 0;
                if (syntax.isQuoteWholeWord()) {
                    break;
                }
            } else if (quote == 0 && syntax.isQuote(c, isInWord)) {
                quote = c;
                quoteLine = lineBefore;
            } else {
                out.append(c);
            }
        }
        openQuote = quote;
        return out.toString();
    }

    private void advance(int to) {
        for (; at < to; at++) {
            if (text.charAt(at) == '\n') {
                line++;
            }
        }
    }

    /** The word, or the separator. */
    public String text() {
        return word;
    }

    /** Whether it is this separator, not a word that looks like it. */
    public boolean is(char separator) {
        return isSeparator && word.charAt(0) == separator;
    }

    /** Whether it is a word that begins with a quote. */
    public boolean isQuoted() {
        return isQuoted;
    }

    /** The line that it begins on. */
    public int line() {
        return start;
    }

    /** The line that it ends on. */
    public int lastLine() {
        return line;
    }

    /** The character right behind it; a line's end behind the last one. */
    public char following() {
        return at < text.length() ? text.charAt(at) : '\n';
    }

    /** Whether it ends with the text because its quote is not closed. */
    public boolean hasOpenQuote() {
        return openQuote != 0;
    }

    /** Refuses a text whose last quote is not closed; to be asked at the end. */
    public void requireClosedQuote() throws SyntaxException {
        if (hasOpenQuote()) {
            throw new SyntaxException(quoteLine, "a quote (" + openQuote + ") is not closed");
        }
    }

    /** Skips text that is not to be split, up to the closing brace that belongs to the opening one just read. */
    public void skipBlock() {
        int depth = 0;
        while (at < text.length() && (depth > 0 || text.charAt(at) != '}')) {
            char c = text.charAt(at);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            advance(at + 1);
        }
    }
}
