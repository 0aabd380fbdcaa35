package io.vipgate.relay;

import java.util.Locale;

/** Where a relay is in its life. Immutable. */
enum RelayPhase {
    CONNECTING, OPEN, ABORTING,
    /** Both sides have been sent FIN: the gateway stops, or what the relay belongs to is gone. */
    DRAINING,
    /** Both sides have been sent FIN, since the endpoint is down. */
    LEAVING,
    /** Both sides have been sent FIN, so that the client comes back to where it belongs. */
    HOMING, CLOSED;

    /** In which a relay is that is drained for this reason. */
    static RelayPhase drainingFor(CloseReason reason) {
        return switch (reason) {
            case ENDPOINT_DOWN -> LEAVING;
            case REBALANCED -> HOMING;
            default -> DRAINING;
        };
    }

    boolean isDraining() {
        return this == DRAINING || this == LEAVING || this == HOMING;
    }

    /** Why a relay ends that is drained. */
    CloseReason drainReason() {
        return switch (this) {
            case LEAVING -> CloseReason.ENDPOINT_DOWN;
            case HOMING -> CloseReason.REBALANCED;
            default -> CloseReason.DRAIN;
        };
    }

    /** The name for operators. */
    String label() {
        return (isDraining() ? DRAINING : this).name().toLowerCase(Locale.ROOT);
    }
}
