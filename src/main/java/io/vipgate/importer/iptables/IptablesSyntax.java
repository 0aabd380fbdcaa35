package io.vipgate.importer.iptables;

import io.vipgate.importer.common.Syntax;

/**
 * Words of a line that {@code iptables-save} prints: double quotes hold blanks together, with a backslash before a quote or a
 * backslash.
 *
 * <p>Stateless.
 */
final class IptablesSyntax implements Syntax {
    @Override
    public boolean isQuote(char c, boolean isInWord) {
        return c == '"';
    }

    @Override
    public boolean hasEscapes(char quote) {
        return quote != 0;
    }
}
