package io.vipgate.clienthello;

import java.util.Locale;

/** What has led a client of a listener that reads ClientHellos. Immutable. */
public enum HelloResult {
    /** Its server's name, written out. */
    NAME,
    /** A wildcard that its server's name matches. */
    WILDCARD,
    /** A protocol that it offers. */
    ALPN,
    /** It names a server that nothing is said of. */
    DEFAULT,
    /** It names no server. */
    NO_NAME,
    /** It does not begin with TLS. */
    NOT_TLS,
    /** Its ClientHello is not as the standards allow it, or too long. */
    INVALID,
    /** No whole ClientHello came: in time, or before the client left. */
    TIMEOUT;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in metrics. */
    public String label() {
        return label;
    }
}
