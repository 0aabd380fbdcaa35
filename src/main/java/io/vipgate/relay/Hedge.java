package io.vipgate.relay;

import org.jspecify.annotations.Nullable;

/**
 * The second of two connects of one relay, while both are under way: all that tells it from the present one, which the relay
 * itself and its {@link Attempts} have.
 *
 * <p>Confined to the event loop of its relay.
 */
final class Hedge {
    LoopEndpoint endpoint;
    @Nullable
    RelaySocket socket;
    /** When it began. */
    long since;
    boolean hasDelayedAck;
    /** What {@link Attempts} holds of the endpoint for it, and where it comes from. */
    byte held;
    byte origin;
    /** It is the one that began first, so that the present one is the hedge. */
    boolean isFirst;

    Hedge(LoopEndpoint endpoint) {
        this.endpoint = endpoint;
    }
}
