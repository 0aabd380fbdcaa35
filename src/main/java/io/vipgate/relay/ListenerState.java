package io.vipgate.relay;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an operator wants of a listener. Immutable. */
public enum ListenerState {
    /** It takes clients. */
    READY(null),
    /** It accepts nobody: clients wait in the kernel's queue. Those that wait when its socket is closed are reset. */
    PAUSED(RefuseReason.PAUSED),
    /** Whoever comes is reset. */
    REFUSING(RefuseReason.REFUSING);

    private final @Nullable RefuseReason refusal;

    ListenerState(@Nullable RefuseReason refusal) {
        this.refusal = refusal;
    }

    /** Why a client is refused that is accepted all the same; null when it is not. */
    @Nullable
    RefuseReason refusal() {
        return refusal;
    }

    /** The name in the admin API, in metrics and in the state file. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
