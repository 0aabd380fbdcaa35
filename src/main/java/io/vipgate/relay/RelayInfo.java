package io.vipgate.relay;

import org.jspecify.annotations.Nullable;

/**
 * What observers may ask of a relay. Called on the relay's event loop.
 */
public interface RelayInfo {
    /** The listener it came through. */
    LoopListener listener();

    /** Whether it has reached its endpoint and is not over yet. */
    boolean isConnected();

    /** The pool it was accepted for. */
    LoopPool pool();

    /** Whether its endpoint is the one that its client was pinned to before it came. */
    boolean isPinned();

    /** Its endpoint, the last one tried when none took it, or null when none could be selected. */
    @Nullable
    LoopEndpoint endpoint();

    /** Its number on its loop, counted from 1 in the order in which relays are accepted. */
    long number();

    /** How long ago it was accepted, in nanoseconds. */
    long age();

    /** Whether it has reached an endpoint; stays so when it is over. */
    boolean wasConnected();

    /** From its acceptance until its endpoint was connected, failed attempts included, in nanoseconds; -1 if it never was. */
    long connectNanos();

    /** Attempts to reach an endpoint, one that is under way included. */
    int attempts();

    /** Whether a second endpoint was tried beside one that was slow. */
    boolean wasHedged();

    /** Whether such a second endpoint was connected before the one that it was tried beside. */
    boolean hasHedgeWon();

    /** Why the last failed attempt failed; null when none has. */
    @Nullable
    ConnectFailure lastFailure();

    /** Of a relay that {@link CloseReason#IDLE} or {@link CloseReason#HALF_CLOSED} ended: whether it waited for the endpoint. */
    boolean wasEndpointSilent();

    /** Bytes delivered to the endpoint. */
    long bytesToBackend();

    /** Bytes delivered to the client. */
    long bytesToClient();

    /** Upper half of the client's address, IPv4 in its IPv4-mapped form. */
    long clientHigh();

    /** Lower half of the client's address. */
    long clientLow();

    /** The client's port. */
    int clientPort();

    /** What came with the client in a PROXY protocol header; null when it came by itself. */
    @Nullable
    Conveyed conveyed();

    /** What the client's ClientHello said; null where none was read. */
    @Nullable
    HelloInfo hello();
}
