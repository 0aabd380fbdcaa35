package io.vipgate.relay;

import io.vipgate.net.EventLoop;
import java.util.ArrayDeque;

/**
 * Relays that have just connected and whose client has not spoken yet. Their endpoint still waits for the last
 * acknowledgement of the handshake, which was to travel with the client's first bytes (TCP_QUICKACK 0 before connect).
 * When none come within a millisecond, it is sent alone: a protocol in which the endpoint speaks first loses that
 * millisecond, not the 40 of the kernel's delayed acknowledgement.
 *
 * <p>Confined to its event loop.
 */
final class YoungRelays {
    /** How long an acknowledgement may wait, in nanoseconds. */
    static final long PATIENCE_NANOS = 1_000_000;

    private final EventLoop loop;
    private final ArrayDeque<Relay> waiting = new ArrayDeque<>();
    private final Runnable onTick = this::tick;
    private boolean isTicking;

    YoungRelays(EventLoop loop) {
        this.loop = loop;
    }

    void add(Relay relay) {
        waiting.addLast(relay);
        if (!isTicking) {
            isTicking = true;
            loop.schedule(onTick, PATIENCE_NANOS);
        }
    }

    private void tick() {
        long ripe = loop.now() - PATIENCE_NANOS;
        Relay first = waiting.peekFirst();
        while (first != null && first.connectedAt() - ripe <= 0) {
            waiting.removeFirst();
            first.onPatienceOver();
            first = waiting.peekFirst();
        }
        isTicking = first != null;
        if (first != null) {
            loop.schedule(onTick, Math.max(1, first.connectedAt() - ripe));
        }
    }
}
