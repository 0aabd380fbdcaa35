package io.vipgate.control;

import java.time.Instant;
import java.util.Optional;

/**
 * Whether the operator wants the gateway to be the one that stands by: it serves as ever, and tells whoever asks that no new
 * clients should be sent to it.
 *
 * <p>Thread-safe; changed on the control thread alone.
 */
public final class Standby {
    private volatile Optional<Instant> since = Optional.empty();
    private boolean isSet;

    /** Makes one that is active. */
    public Standby() {}

    /** Since when it stands by; empty while it is active. */
    public Optional<Instant> since() {
        return since;
    }

    /** What the operator wants. */
    void set(Optional<Instant> newSince) {
        isSet = true;
        since = newSince;
    }

    /**
     * What a state file says, which holds where the operator has said nothing. A gateway that stands by does not begin to serve
     * new clients because another file says nothing of it.
     */
    void restore(Optional<Instant> kept) {
        if (!isSet && since.isEmpty()) {
            since = kept;
        }
    }

    /** As it was before a file was restored from that is not used after all. */
    void takeBack(Optional<Instant> before) {
        if (!isSet) {
            since = before;
        }
    }
}
