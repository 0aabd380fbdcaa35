package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Syntax;

/**
 * Words of a haproxy.cfg: manual of HAProxy, section 2.2 "Quoting and escaping". Environment variables are not known here, so
 * their names stay as they are.
 *
 * <p>Stateless.
 */
final class HaproxySyntax implements Syntax {
    @Override
    public boolean isComment(char c, boolean isInWord) {
        return c == '#';
    }

    @Override
    public boolean hasEscapes(char quote) {
        return quote != '\'';
    }

    @Override
    public int escape(String text, int at, StringBuilder word) {
        char c = text.charAt(at);
        switch (c) {
            case 'n' -> word.append('\n');
            case 'r' -> word.append('\r');
            case 't' -> word.append('\t');
            case 'x' -> {
                if (at + 2 < text.length() && Character.digit(text.charAt(at + 1), 16) >= 0
                        && Character.digit(text.charAt(at + 2), 16) >= 0) {
                    word.append((char) Integer.parseInt(text.substring(at + 1, at + 3), 16));
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
