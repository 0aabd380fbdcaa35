package io.vipgate.relay;

import io.vipgate.eventloop.EventLoop;
import java.util.ArrayDeque;

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

    private final EventLoop loop;
    private final ArrayDeque<Relay> waiting = new ArrayDeque<>();
    private final Runnable onTick = this::tick;
    private boolean isTicking;

    DelayedAcks(EventLoop loop) {
        this.loop = loop;
    }

    void add(Relay relay) {
        waiting.addLast(relay);
        if (!isTicking) {
            isTicking = true;
            loop.schedule(onTick, MAX_DELAY_NANOS);
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
        isTicking = first != null;
        if (first != null) {
            loop.schedule(onTick, Math.max(1, first.connectedAt() - ripe));
        }
    }
}
