package io.vipgate.relay;

import io.vipgate.eventloop.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Relays that have just connected, while acknowledgements that could travel with data are held back on both sides: the last
 * one of the handshake with the endpoint waits for the client's first bytes (TCP_QUICKACK 0 before connect), that of
 * those bytes waits for the answer (TCP_QUICKACK 0, inherited from the listening socket). Each saves a packet.
 *
 * <p>When the first exchange is not over within four milliseconds, what is held back is sent. A protocol in which the
 * endpoint speaks first, or a client that writes its request in pieces and waits for the first to be acknowledged (Nagle's
 * algorithm, RFC 896), loses these, not the 40 of the kernel's delayed acknowledgement. With one millisecond two exchanges
 * of three were not over in time on a busy loop, and 4 % of its CPU went into acknowledgements that answers overtook.
 *
 * <p>Confined to its event loop.
 */
final class DelayedAcks {
    /** How long an acknowledgement may wait, in nanoseconds. */
    static final long MAX_DELAY_NANOS = 4_000_000;

    /** Relays that come faster than this, in nanoseconds, have their ticks, needed or not: calling one off has a price too. */
    private static final long MIN_CALM_NANOS = 1_000_000;

    private final EventLoop loop;
    private final ArrayDeque<Relay> waiting = new ArrayDeque<>();
    private final Runnable onTick = this::tick;
    /** Null when nobody waits. */
    private @Nullable Future<?> nextTick;
    private long lastAdded;
    private boolean isCalm;

    DelayedAcks(EventLoop loop) {
        this.loop = loop;
        lastAdded = loop.now();
    }

    void add(Relay relay) {
        long now = loop.now();
        isCalm = now - lastAdded >= MIN_CALM_NANOS;
        lastAdded = now;
        waiting.addLast(relay);
        if (nextTick == null) {
            nextTick = loop.scheduleRevocable(onTick, MAX_DELAY_NANOS);
        }
    }

    /** A relay's first exchange is over. Where relays are rare, the loop sleeps on when nobody waits any more. */
    void onExchanged() {
        Future<?> present = nextTick;
        if (isCalm && present != null) {
            dropSettled();
            if (waiting.isEmpty()) {
                present.cancel(false);
                nextTick = null;
            }
        }
    }

    private void dropSettled() {
        Relay first = waiting.peekFirst();
        while (first != null && !first.isYoung()) {
            waiting.removeFirst();
            first = waiting.peekFirst();
        }
    }

    /** One relay that fails must not keep the others' acknowledgements back. */
    private static void flush(Relay relay) {
        try {
            RelayConnect.flushDelayedAck(relay);
        } catch (Throwable e) {
            RelayEndings.onFault(relay, e);
        }
    }

    private void tick() {
        long ripe = loop.now() - MAX_DELAY_NANOS;
        Relay first = waiting.peekFirst();
        while (first != null && (!first.isYoung() || first.connectedAt() - ripe <= 0)) {
            waiting.removeFirst();
            flush(first);
            first = waiting.peekFirst();
        }
        nextTick = first == null
                ? null
                : loop.scheduleRevocable(onTick, Math.max(1, first.connectedAt() - ripe));
    }
}
