package io.vipgate.relay;

/**
 * Told of what happens to relays, for counters and logs. Every relay that was opened is closed exactly once. An observer
 * must not block, nor throw.
 *
 * <p>Implementations are confined to one event loop each.
 */
public interface RelayObserver {
    /** A client was accepted and has a relay. */
    default void onOpened(Relay relay) {}

    /** A client was turned away. */
    default void onRefused(LoopListener listener, RefuseReason reason) {}

    /** The relay reached its endpoint. */
    default void onConnected(Relay relay) {}

    /** An attempt to reach the relay's present endpoint failed. */
    default void onConnectFailed(Relay relay, ConnectFailure failure) {}

    /** The relay is over. Its sides are about to be closed. */
    default void onClosed(Relay relay, CloseReason reason) {}
}
