package io.vipgate.accesslog;

import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.RefuseReason;
import io.vipgate.relay.RelayInfo;
import org.jspecify.annotations.Nullable;

/**
 * How a relay ended, in two letters after HAProxy's "Session state at disconnection" (configuration manual, 8.5).
 *
 * <p>Who: {@code C} the client, {@code S} the endpoint, {@code P} the gateway by a rule of its own, {@code R} the gateway for
 * want of something or by a fault, {@code c} and {@code s} a timeout that waited for the client or the endpoint, {@code D} the
 * endpoint went down, {@code B} it was rebalanced, {@code K} an operator or the drain, {@code -} both, in order. Phase: {@code R} before an endpoint was
 * chosen, {@code C} connecting, {@code D} data, {@code -} neither.
 *
 * <p>Stateless.
 */
final class CloseCode {
    /** Both sides have sent FIN. */
    static final String CLEAN = "--";

    private CloseCode() {}

    /** The code of a relay that ended for this reason. */
    static String of(RelayInfo relay, CloseReason reason) {
        return of(reason, relay.wasConnected(), relay.lastFailure(), relay.wasEndpointSilent());
    }

    /**
     * The code of an end.
     *
     * @param wasConnected whether the relay had reached an endpoint
     * @param lastFailure why the last failed attempt failed; null when none has
     * @param wasEndpointSilent of a silence: whether it was the endpoint's
     */
    static String of(CloseReason reason, boolean wasConnected, @Nullable ConnectFailure lastFailure,
            boolean wasEndpointSilent) {
        return switch (reason) {
            case CLIENT_FIN, ENDPOINT_FIN -> CLEAN;
            case CLIENT_RESET -> wasConnected ? "CD" : "CC";
            case ENDPOINT_RESET -> wasConnected ? "SD" : "SC";
            case IDLE, HALF_CLOSED -> wasEndpointSilent ? wasConnected ? "sD" : "sC" : wasConnected ? "cD" : "cC";
            case LIFETIME -> wasConnected ? "PD" : "PC";
            case ENDPOINT_DOWN -> wasConnected ? "DD" : "DC";
            case REBALANCED -> wasConnected ? "BD" : "BC";
            case OPERATOR, DRAIN -> wasConnected ? "KD" : "KC";
            case INTERNAL -> wasConnected ? "RD" : "RC";
            case CONNECT_FAILED -> lastFailure == null ? of(RefuseReason.NO_ENDPOINT) : of(lastFailure);
        };
    }

    private static String of(ConnectFailure failure) {
        return switch (failure) {
            case REFUSED, UNREACHABLE, RESET -> "SC";
            case TIMEOUT -> "sC";
            case LOCAL -> "RC";
        };
    }

    /** The code of a client that was refused. */
    static String of(RefuseReason reason) {
        return switch (reason) {
            case MAX_CONNECTIONS -> "P-";
            case NO_ENDPOINT, CLIENT_ADDRESS -> "PC";
            case NO_ROOM, FD_EXHAUSTED -> "R-";
            case ACCESS, BLOCKED, SOURCE_CONNECTIONS, SOURCE_RATE, PROXY_UNTRUSTED, PROXY_INVALID, PREREAD_FULL,
                    HELLO_INVALID, NOT_TLS, NO_SERVER_NAME, UNKNOWN_SERVER_NAME ->
                "PR";
            case REFUSING, PAUSED -> "K-";
            case PROXY_TIMEOUT, HELLO_TIMEOUT -> "cR";
            case PROXY_LEFT, HELLO_LEFT -> "CR";
        };
    }
}
