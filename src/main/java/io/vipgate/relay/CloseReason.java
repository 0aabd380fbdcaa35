package io.vipgate.relay;

import java.util.Locale;

/** Who ended a relay, and how. Immutable. */
public enum CloseReason {
    /** Both sides sent FIN, the client first. */
    CLIENT_FIN,
    /** Both sides sent FIN, the endpoint first. */
    ENDPOINT_FIN,
    /** The client sent RST, or the kernel gave it up. */
    CLIENT_RESET,
    /** The endpoint sent RST, or the kernel gave it up. */
    ENDPOINT_RESET,
    /** No byte was delivered for {@code timeouts.idle}. */
    IDLE,
    /** One direction had ended and the other was silent for {@code timeouts.halfClosed}. */
    HALF_CLOSED,
    /** It was older than {@code timeouts.lifetime}. */
    LIFETIME,
    /** Its endpoint went down, and {@code onDown} is {@code close} or {@code drain}. */
    ENDPOINT_DOWN,
    /** It was idle, and its client is to come back to where it belongs: {@code rebalance}. */
    REBALANCED,
    /** An operator closed it. */
    OPERATOR,
    /** The gateway stops. */
    DRAIN,
    /** No endpoint took the connection. */
    CONNECT_FAILED,
    /** A fault of vipgate itself, or the machine ran out of something. */
    INTERNAL;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in metrics and logs. */
    public String label() {
        return label;
    }
}
