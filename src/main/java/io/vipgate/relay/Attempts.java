package io.vipgate.relay;

import io.vipgate.pinning.Pin;
import io.vipgate.pool.Endpoint;
import java.util.ArrayList;
import java.util.List;
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

    /** Bits of {@link #held}: one of its connections, which it has finished. */
    private static final byte PLACE = 1;
    private static final byte FINISHED = 4;

    private List<Endpoint> failed = List.of();
    private @Nullable LoopEndpoint endpoint;
    private @Nullable Pin pin;
    /** Where the pin led at the first selection. */
    private @Nullable Endpoint pinnedTo;
    private @Nullable ConnectFailure lastFailure;
    private byte begun;
    /** What is held of the endpoint, in bits. */
    private byte held;
    /** Where the present attempt, or the last one, comes from. A byte for all: another one would cost each relay 8 bytes. */
    private byte origin = FROM_GATEWAY;
    /** The client had its pin already when it came. */
    private boolean wasPinned;

    /** The endpoint that is tried or connected, or the last that was; null when none could be selected. */
    @Nullable
    LoopEndpoint endpoint() {
        return endpoint;
    }

    /** Attempts that have failed. */
    int failed() {
        return failed.size();
    }

    /** Attempts that were begun, the present one included. */
    int begun() {
        return begun;
    }

    /** Why the last of the failed attempts did; null when none has. */
    @Nullable
    ConnectFailure lastFailure() {
        return lastFailure;
    }

    /** Whether the endpoint is the one that its client was pinned to before it came. */
    boolean isPinned() {
        return wasPinned && endpoint != null && endpoint.endpoint().equals(pinnedTo);
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
        if (failed.isEmpty()) {
            selected = isPinnable
                    ? first(pool, clientHigh, clientLow, now)
                    : pool.open(clientHigh, clientLow, failed, false, now);
            if (selected != null || pool.mayServe(clientHigh, clientLow)) {
                pool.onFirstSelected(selected);
            }
        } else {
            int left = pool.attempts() - failed.size();
            selected = left <= 0 ? null : pool.open(clientHigh, clientLow, failed, left == 1, now);
        }
        if (selected != null) {
            endpoint = selected;
            begun++;
            held = PLACE;
            if (!failed.isEmpty()) {
                pool.onRetry();
            }
        }
        return selected;
    }

    private @Nullable LoopEndpoint first(LoopPool pool, long clientHigh, long clientLow, long now) {
        LoopPins pins = pool.pins();
        Pin found = pins.find(clientHigh, clientLow);
        wasPinned = found != null;
        LoopEndpoint selected = found == null ? null : pool.openPinned(found.endpoint(), clientHigh, clientLow, now);
        if (selected != null) {
            pins.onHit();
        } else {
            selected = pool.open(clientHigh, clientLow, failed, false, now);
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
        own.endpoint().close();
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
    LoopEndpoint onceMore() {
        LoopEndpoint last = endpoint;
        if (origin != FROM_CLIENT || lastFailure != ConnectFailure.TIMEOUT || last == null
                || !last.endpoint().tryOpen()) {
            return null;
        }
        origin = ONCE_MORE;
        held = PLACE;
        begun++;
        return last;
    }

    /** The present attempt is not made, through no fault of its endpoint: its place is given back. */
    void withdraw() {
        release();
        endpoint = null;
    }

    /** The present attempt has failed; its endpoint is not selected again. */
    void onFailed(ConnectFailure failure) {
        LoopEndpoint present = endpoint;
        lastFailure = failure;
        if (present != null) {
            present.onConnectFailed(failure);
            List<Endpoint> more = new ArrayList<>(failed);
            more.add(present.endpoint());
            failed = more;
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
            if (pin != null && pinnedTo != null && !endpoint.endpoint().equals(pinnedTo)) {
                pool.pins().onMoved(clientHigh, clientLow, pin, pinnedTo, endpoint.endpoint());
            }
        }
    }

    /** The endpoint has ended its side: what it still holds is no load to it. Counted where somebody looks at that. */
    void onEndpointFinished(LoopPool pool) {
        if (endpoint != null && held == PLACE && pool.isByLoad()) {
            held |= FINISHED;
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
        if (held != 0 && endpoint != null) {
            if ((held & FINISHED) != 0) {
                endpoint.endpoint().closeFinished();
            } else {
                endpoint.endpoint().close();
            }
            held = 0;
        }
    }
}
