package io.vipgate.importer.nginx;

import io.vipgate.importer.common.Syntax;

/**
 * Words of an nginx.conf, as {@code ngx_conf_read_token} reads them: quotes and comments only where a word would begin.
 *
 * <p>Stateless.
 */
final class NginxSyntax implements Syntax {
    @Override
    public boolean isBlank(char c) {
        return " \t\r\n\f".indexOf(c) >= 0;
    }

    @Override
    public boolean isSeparator(char c, boolean isInWord) {
        return c == ';' || c == '{' || (c == '}' && !isInWord);
    }

    @Override
    public boolean isComment(char c, boolean isInWord) {
        return c == '#' && !isInWord;
    }

    @Override
    public boolean isQuote(char c, boolean isInWord) {
        return !isInWord && (c == '"' || c == '\'');
    }

    @Override
    public boolean isQuoteWholeWord() {
        return true;
    }

    @Override
    public boolean hasEscapes(char quote) {
        return true;
    }

    @Override
    public int escape(String text, int at, StringBuilder word) {
        char c = text.charAt(at);
        switch (c) {
            case '"', '\'', '\\' -> word.append(c);
            case 't' -> word.append('\t');
            case 'r' -> word.append('\r');
            case 'n' -> word.append('\n');
            default -> word.append('\\').append(c);
        }
        return at + 1;
    }

    /** The beginning of <code>${name}</code>, whose brace opens no block. */
    @Override
    public int verbatimEnd(String text, int at) {
        return text.startsWith("${", at) ? at + 2 : at;
    }
}
