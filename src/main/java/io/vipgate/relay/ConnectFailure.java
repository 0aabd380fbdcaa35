package io.vipgate.relay;

import io.vipgate.linux.Errno;
import java.util.Locale;

/** Why a connect to an endpoint failed. Immutable. */
public enum ConnectFailure {
    /** Nobody listens there. */
    REFUSED,
    /** No answer in time. */
    TIMEOUT,
    /** No way there. */
    UNREACHABLE,
    /** The connection was reset while it was made. */
    RESET,
    /** This machine's own fault: no local port, no descriptor, no memory. Never counts against the endpoint. */
    LOCAL;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in metrics and logs. */
    public String label() {
        return label;
    }

    /**
     * Sorts an error that SO_ERROR tells of a connect. It came from outside, by RST or ICMP, unless memory is short: a
     * firewall on the way that says "prohibited" by ICMPv6 makes EACCES of it.
     *
     * @param errno a positive error number
     */
    static ConnectFailure ofSocketError(int errno) {
        ConnectFailure known = of(errno);
        return known == LOCAL && errno != Errno.ENOMEM && errno != Errno.ENOBUFS ? UNREACHABLE : known;
    }

    /**
     * Sorts an error of connect(2).
     *
     * @param errno a positive error number
     */
    static ConnectFailure of(int errno) {
        return switch (errno) {
            case Errno.ECONNREFUSED -> REFUSED;
            case Errno.ETIMEDOUT -> TIMEOUT;
            case Errno.EHOSTUNREACH, Errno.ENETUNREACH, Errno.EHOSTDOWN, Errno.ENETDOWN -> UNREACHABLE;
            case Errno.ECONNRESET, Errno.EPIPE -> RESET;
            default -> LOCAL;
        };
    }
}
