package io.vipgate.relay;

import io.vipgate.access.SourceHold;
import org.jspecify.annotations.Nullable;

/**
 * What a relay has of its client besides an address, where there is anything.
 *
 * <p>Immutable.
 *
 * @param conveyed what a PROXY protocol header told; null without one
 * @param hello what its ClientHello said; null where none was read
 * @param hold the place that the client has taken of its source's limit; null where there is none
 */
record ClientOrigin(@Nullable Conveyed conveyed, @Nullable HelloInfo hello, @Nullable SourceHold hold) {
    /** The origin of both; null when there is nothing to be said. */
    static @Nullable ClientOrigin of(@Nullable Conveyed conveyed, @Nullable SourceHold hold) {
        return conveyed == null && hold == null ? null : new ClientOrigin(conveyed, null, hold);
    }

    /** The same client, whose ClientHello has been read. */
    static ClientOrigin of(@Nullable ClientOrigin origin, HelloInfo hello) {
        return origin == null
                ? new ClientOrigin(null, hello, null)
                : new ClientOrigin(origin.conveyed, hello, origin.hold);
    }
}
