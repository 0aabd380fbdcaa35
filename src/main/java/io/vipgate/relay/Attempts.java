package io.vipgate.relay;

import io.vipgate.pinning.Pin;
import io.vipgate.pool.Endpoint;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A relay's search for an endpoint that takes it: where its client is pinned, which endpoint is tried now, which have
 * failed, and the place that is held at one of them.
 *
 * <p>The client's pin is read, or made, with the first selection, so that connections that begin at the same time agree;
 * it is moved when the connection has reached another endpoint.
 *
 * <p>Confined to the event loop of its relay.
 */
final class Attempts {
    private static final byte FROM_GATEWAY = 0;
    private static final byte FROM_CLIENT = 1;
    /** From the gateway, since the same endpoint did not answer the client's address. */
    private static final byte ONCE_MORE = 2;

    /** Bits of {@link #flags}. The client had its pin already when it came; a hedge was begun; a hedge has won; no budget was left. */
    private static final byte WAS_PINNED = 1;
    private static final byte WAS_HEDGED = 2;
    private static final byte HEDGE_WON = 4;
    private static final byte RETRY_REFUSED = 8;

    // Another field would cost each relay 8 bytes.
    private FailedAttempts failed = FailedAttempts.NONE;
    private @Nullable LoopEndpoint endpoint;
    private @Nullable Pin pin;
    /** Where the pin led at the first selection. */
    private @Nullable Endpoint pinnedTo;
    /** The other one of two attempts that are under way. */
    private @Nullable Hedge hedge;
    private byte begun;
    /** What is held of the endpoint, as {@link ConnectRules#held} says. */
    private byte held;
    /** Where the present attempt, or the last one, comes from. */
    private byte origin = FROM_GATEWAY;
    private byte flags;

    /** The endpoint that is tried or connected, or the last that was; null when none could be selected. */
    @Nullable
    LoopEndpoint endpoint() {
        return endpoint;
    }

    /** The pin through which it was opened; null when its client was not to have one. */
    @Nullable
    Pin pin() {
        return pin;
    }

    /** Attempts that have failed. */
    int failed() {
        return failed.endpoints().size();
    }

    /** Where attempts have failed, and the endpoint that is tried now. */
    List<Endpoint> triedWith(LoopEndpoint present) {
        return failed.and(present.endpoint());
    }

    /** Attempts that were begun, the present one included. */
    int begun() {
        return begun;
    }

    /** Why the last of the failed attempts did; null when none has. */
    @Nullable
    ConnectFailure lastFailure() {
        return failed.last();
    }

    /** The other one of two attempts that are under way; null while there is one or none. */
    @Nullable
    Hedge hedge() {
        return hedge;
    }

    /** Whether a second attempt was begun beside one that was under way. */
    boolean wasHedged() {
        return (flags & WAS_HEDGED) != 0;
    }

    /** Whether such an attempt was connected before the one that it was begun beside. */
    boolean hasHedgeWon() {
        return (flags & HEDGE_WON) != 0;
    }

    /** Whether the endpoint is the one that its client was pinned to before it came. */
    boolean isPinned() {
        return (flags & WAS_PINNED) != 0 && endpoint != null && endpoint.endpoint().equals(pinnedTo);
    }

    /**
     * Selects an endpoint that has not failed yet and takes a place there.
     *
     * @param isPinnable whether its client may have a pin
     * @param now the loop's time
     * @return null when there is none, or when the pool allows no further attempt
     */
    @Nullable
    LoopEndpoint next(LoopPool pool, long clientHigh, long clientLow, boolean isPinnable, long now) {
        LoopEndpoint selected;
        List<Endpoint> tried = failed.endpoints();
        if (tried.isEmpty()) {
            selected = isPinnable
                    ? first(pool, clientHigh, clientLow, now)
                    : pool.open(clientHigh, clientLow, tried, false, now);
            if (selected != null || pool.mayServe(clientHigh, clientLow)) {
                pool.onFirstSelected(selected);
            }
        } else {
            int left = pool.attempts() - tried.size();
            selected = left <= 0 ? null : pool.open(clientHigh, clientLow, tried, left == 1, now);
            if (selected != null && !pool.mayRetry(now)) {
                flags |= RETRY_REFUSED;
                pool.connect().giveBack(selected);
                selected = null;
            }
        }
        if (selected != null) {
            endpoint = selected;
            begun++;
            held = pool.connect().held();
            if (!tried.isEmpty()) {
                pool.counts().onRetry();
            }
        }
        return selected;
    }

    private @Nullable LoopEndpoint first(LoopPool pool, long clientHigh, long clientLow, long now) {
        LoopPins pins = pool.pins();
        Pin found = pins.find(clientHigh, clientLow);
        flags |= found == null ? 0 : WAS_PINNED;
        LoopEndpoint selected = found == null ? null : pool.openPinned(found.endpoint(), clientHigh, clientLow, now);
        if (selected != null) {
            pins.onHit();
        } else {
            selected = pool.open(clientHigh, clientLow, failed.endpoints(), false, now);
            if (found == null && selected != null) {
                found = pins.pin(selected.endpoint());
                selected = found == null ? selected : agreed(pool, found, selected, clientHigh, clientLow, now);
            }
        }
        if (found != null) {
            pin = found;
            pinnedTo = found.endpoint();
            pool.onPinUsed(found);
        }
        return selected;
    }

    /** Another loop may have pinned the client in the same moment; then that is where it goes. */
    private static LoopEndpoint agreed(LoopPool pool, Pin found, LoopEndpoint own, long clientHigh,
            long clientLow, long now) {
        pool.pins().onMiss();
        if (found.endpoint().equals(own.endpoint())) {
            return own;
        }
        LoopEndpoint others = pool.openPinned(found.endpoint(), clientHigh, clientLow, now);
        if (others == null) {
            return own;
        }
        pool.connect().giveBack(own);
        return others;
    }

    /** Whether the present attempt, or the last one, was made from the client's own address. */
    boolean isFromClient() {
        return origin == FROM_CLIENT;
    }

    void setFromClient(boolean isFromClient) {
        if (origin != ONCE_MORE) {
            origin = isFromClient ? FROM_CLIENT : FROM_GATEWAY;
        }
    }

    /** Whether an endpoint that did not answer the client's address is tried once more, so from the gateway's. */
    boolean isOnceMore() {
        return origin == ONCE_MORE;
    }

    /** Takes a place at the endpoint that the last attempt from the client's address had no answer of; null when there is none. */
    @Nullable
    LoopEndpoint onceMore(LoopPool pool, long now) {
        LoopEndpoint last = endpoint;
        if (origin != FROM_CLIENT || failed.last() != ConnectFailure.TIMEOUT || last == null
                || (flags & RETRY_REFUSED) != 0 || !pool.connect().tryOpen(last.endpoint())) {
            return null;
        }
        if (!pool.mayRetry(now)) {
            pool.connect().giveBack(last);
            return null;
        }
        origin = ONCE_MORE;
        held = pool.connect().held();
        begun++;
        return last;
    }

    /**
     * Another attempt is to be begun beside the present one, and is the present one from now on.
     *
     * @param second where a place is held for it
     * @param heldOfSecond what is held there
     * @return the one that was under way
     */
    Hedge beginBeside(LoopEndpoint second, byte heldOfSecond) {
        Hedge other = new Hedge(Objects.requireNonNull(endpoint));
        other.held = held;
        other.origin = origin;
        hedge = other;
        endpoint = second;
        held = heldOfSecond;
        origin = FROM_GATEWAY;
        return other;
    }

    /** The present attempt and the other one change places. */
    void exchange(Hedge other) {
        LoopEndpoint present = Objects.requireNonNull(endpoint);
        byte presentHeld = held;
        byte presentOrigin = origin;
        endpoint = other.endpoint;
        held = other.held;
        origin = other.origin;
        other.endpoint = present;
        other.held = presentHeld;
        other.origin = presentOrigin;
    }

    /** The other attempt is the present one, and the only one, from now on; what the present one held is given back. */
    void takeUp(Hedge other) {
        hedge = null;
        endpoint = other.endpoint;
        held = other.held;
        origin = other.origin;
    }

    /** The other attempt is over: what it held is given back. */
    void release(Hedge other) {
        hedge = null;
        ConnectRules.release(other.endpoint, other.held);
    }

    /** The present one of two attempts was begun. */
    void onHedgeBegun() {
        begun++;
        flags |= WAS_HEDGED;
    }

    /** The present one of two attempts could not be made, through no fault of its endpoint. */
    void withdrawHedge() {
        release();
    }

    /** One of two attempts was connected. */
    void onHedgeDecided(boolean isWon) {
        flags |= isWon ? HEDGE_WON : 0;
    }

    /** The present attempt is not made, through no fault of its endpoint: its place is given back. */
    void withdraw() {
        release();
        endpoint = null;
    }

    /** The present attempt has failed; its endpoint is not selected again. */
    void onFailed(ConnectFailure failure) {
        LoopEndpoint present = endpoint;
        failed = failed.with(present == null ? null : present.endpoint(), failure);
        if (present != null) {
            present.onConnectFailed(failure);
            release();
        }
    }

    /**
     * The present attempt has reached its endpoint.
     *
     * @param nanos how long it took
     */
    void onConnected(LoopPool pool, long clientHigh, long clientLow, long nanos) {
        if (endpoint != null) {
            endpoint.onConnected(nanos);
            if ((held & ConnectRules.CONNECTING) != 0) {
                held &= ~ConnectRules.CONNECTING;
                endpoint.endpoint().onConnectOver();
            }
            if (pin != null && pinnedTo != null && !endpoint.endpoint().equals(pinnedTo)) {
                pool.pins().onMoved(clientHigh, clientLow, pin, pinnedTo, endpoint.endpoint());
            }
        }
    }

    /** The endpoint has ended its side: what it still holds is no load to it. Counted where somebody looks at that. */
    void onEndpointFinished(LoopPool pool) {
        if (endpoint != null && held == ConnectRules.PLACE && pool.isByLoad()) {
            held |= ConnectRules.FINISHED;
            endpoint.endpoint().finish();
        }
    }

    /** The relay is over. */
    void onClosed(LoopPool pool, long clientHigh, long clientLow, CloseReason reason) {
        release();
        if (endpoint != null) {
            endpoint.onClosed(reason);
        }
        if (pin != null) {
            pool.onPinLeft(clientHigh, clientLow, pin);
        }
    }

    private void release() {
        if (endpoint != null) {
            byte given = held;
            held = 0;
            ConnectRules.release(endpoint, given);
        }
    }
}
