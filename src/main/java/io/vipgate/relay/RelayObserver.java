package io.vipgate.relay;

import io.vipgate.linux.ClientAddress;
import org.jspecify.annotations.Nullable;

/**
 * Told of what happens to relays, for counters and logs. Every relay that was opened is closed exactly once. An observer
 * must not block, nor throw.
 *
 * <p>Called on the event loop of the relay; confined to that loop, or thread-safe where several loops share it.
 */
public interface RelayObserver {
    /** A client was accepted and has a relay. */
    default void onOpened(RelayInfo relay) {}

    /** A client was refused, or none could be accepted for now. */
    default void onRefused(LoopListener listener, RefuseReason reason) {}

    /**
     * A client was refused before it had a relay; {@link #onRefused} told of it too.
     *
     * @param client valid during the call
     * @param conveyed what told of the client; null when it came by itself, or its header was not read
     * @param hello what its ClientHello said; null where none was read
     * @param ageNanos since it was accepted
     */
    default void onClientRefused(LoopListener listener, ClientAddress client, @Nullable Conveyed conveyed,
            @Nullable HelloInfo hello, RefuseReason reason, long ageNanos) {}

    /** The relay reached its endpoint. */
    default void onConnected(RelayInfo relay) {}

    /** An attempt to reach the relay's present endpoint failed. */
    default void onConnectFailed(RelayInfo relay, ConnectFailure failure) {}

    /** An endpoint that was tried first was overtaken by a hedge, and so were the connects before. */
    default void onOvertaken(RelayInfo relay, LoopEndpoint loser) {}

    /** The relay is over, and everything it held is given back. */
    default void onClosed(RelayInfo relay, CloseReason reason) {}
}
