package io.vipgate.relay;

import java.util.Locale;

/** Where a relay is in its life. Immutable. */
enum RelayPhase {
    CONNECTING, OPEN, ABORTING,
    /** Both sides have been sent FIN: the gateway stops, or what the relay belongs to is gone. */
    DRAINING,
    /** Both sides have been sent FIN, since the endpoint is down. */
    LEAVING, CLOSED;

    boolean isDraining() {
        return this == DRAINING || this == LEAVING;
    }

    /** Why a relay ends that is drained. */
    CloseReason drainReason() {
        return this == LEAVING ? CloseReason.ENDPOINT_DOWN : CloseReason.DRAIN;
    }

    /** The name for operators. */
    String label() {
        return this == LEAVING ? DRAINING.label() : name().toLowerCase(Locale.ROOT);
    }
}
