package io.vipgate.relay;

import io.vipgate.eventloop.WheelTimer;
import org.jspecify.annotations.Nullable;

/**
 * When a relay ends by itself: connect, idle, half-closed and lifetime bounds, and peers that no longer acknowledge.
 *
 * <p>Stateless: every method is confined to the event loop of its relay. Static, since an object for each relay would cost
 * an idle one memory.
 */
final class RelayTimeouts {
    /** A relay is looked at so often at least; all of them stand in the wheel, where a drain finds them. */
    private static final long LOOK_NANOS = 600_000_000_000L;

    private RelayTimeouts() {}

    /** Ends an attempt that takes too long, and says when to look again. */
    static long onConnectTimer(Relay relay, long now) {
        long end = relay.since + relay.settings.connectTimeoutNanos();
        LoopEndpoint attempted = relay.attempts.endpoint();
        if (now < end || attempted == null) {
            return end;
        }
        RelayConnect.onAttemptFailed(relay, ConnectFailure.TIMEOUT);
        RelayConnect.goOn(relay);
        return WheelTimer.NEVER;
    }

    /** Moves the timer to the next deadline; it may stand at that of the connect, or before a bound that has just begun. */
    static void armBounds(Relay relay) {
        if (relay.phase == RelayPhase.OPEN) {
            long next = onOpenTimer(relay, relay.now());
            if (relay.phase == RelayPhase.OPEN && next != WheelTimer.NEVER) {
                relay.loop.wheel().arm(relay, next);
            }
        }
    }

    /** Ends what is over its bounds, and says when to look again; {@link WheelTimer#NEVER} when the phase is another one now. */
    static long onOpenTimer(Relay relay, long now) {
        boolean isHalfClosed = isFinished(relay.clientToBackend) || isFinished(relay.backendToClient);
        Bounds bounds = Bounds.of(relay.settings, lifetimeEnd(relay), relay.lastDelivered,
                isHalfClosed ? relay.since : WheelTimer.NEVER);
        if (now >= bounds.next()) {
            CloseReason reason = bounds.reasonAt(now);
            if (reason != CloseReason.HALF_CLOSED || !hasUnacked(relay)) {
                relay.wasEndpointSilent = isEndpointSilent(relay);
                RelayEndings.close(relay, reason, true);
                return WheelTimer.NEVER;
            }
            // A slow reader has not taken everything yet: that is no silence. The idle bound still holds.
            relay.since = now;
            bounds = Bounds.of(relay.settings, lifetimeEnd(relay), relay.lastDelivered, relay.since);
        }
        long nextLook = look(relay, now);
        return relay.phase == RelayPhase.OPEN
                ? Math.min(now + LOOK_NANOS, Math.min(bounds.next(), nextLook))
                : WheelTimer.NEVER;
    }

    private static long lifetimeEnd(Relay relay) {
        return Bounds.lifetimeEnd(relay.settings, relay.openedAt, relay.number);
    }

    /** Looks for dead peers, and sets keepalive once the relay is no longer young; says when to look again. */
    private static long look(Relay relay, long now) {
        long next = Math.min(look(relay, now, relay.client, relay.settings.clientUserTimeoutNanos()),
                look(relay, now, relay.backend, relay.settings.endpointUserTimeoutNanos()));
        if (relay.backend == null || relay.backend.hasKeepAlive || relay.phase != RelayPhase.OPEN) {
            return next;
        }
        if (now - relay.openedAt < KeepAlive.AGE_NANOS) {
            return Math.min(next, relay.openedAt + KeepAlive.AGE_NANOS);
        }
        relay.backend.hasKeepAlive = true;
        relay.loop.keepAlive().enable(relay.backend, relay.settings.keepAlive());
        return next;
    }

    private static long look(Relay relay, long now, @Nullable RelaySocket socket, long userTimeoutNanos) {
        if (userTimeoutNanos == 0 || socket == null || relay.phase != RelayPhase.OPEN) {
            return WheelTimer.NEVER;
        }
        long next = relay.loop.userTimeout().look(socket, now, userTimeoutNanos);
        if (next != UserTimeout.DEAD) {
            return next;
        }
        // The kernel has not given it up, so it is still to be reset, or its close would send FIN behind a queue.
        RelayEndings.onReset(relay, socket);
        return WheelTimer.NEVER;
    }

    /**
     * Whose silence it is: of the side that does not take what it is sent; else of the one whose FIN is missing while the
     * other's has come; else of the one to which the last byte went, since it owes the answer. The client's, when no byte
     * was moved.
     */
    private static boolean isEndpointSilent(Relay relay) {
        boolean isStuckToBackend = isStuck(relay, relay.clientToBackend);
        boolean hasEnded = isFinished(relay.clientToBackend);
        if (isStuckToBackend != isStuck(relay, relay.backendToClient)) {
            return isStuckToBackend;
        }
        return hasEnded == isFinished(relay.backendToClient) ? relay.wasLastToBackend : hasEnded;
    }

    private static boolean isStuck(Relay relay, @Nullable Flow flow) {
        return flow != null && (flow.hasPending() || hasUnacked(relay, flow.target));
    }

    /** Whether one of the sides has not acknowledged everything that was sent to it. */
    static boolean hasUnacked(Relay relay) {
        return hasUnacked(relay, relay.client) || hasUnacked(relay, relay.backend);
    }

    private static boolean hasUnacked(Relay relay, @Nullable RelaySocket socket) {
        return socket != null && relay.loop.systemCalls().unacknowledged(socket.fd) > 0;
    }

    private static boolean isFinished(@Nullable Flow flow) {
        return flow != null && flow.isFinished;
    }
}
