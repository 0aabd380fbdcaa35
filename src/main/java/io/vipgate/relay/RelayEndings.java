package io.vipgate.relay;

import io.vipgate.eventloop.Wheel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a relay ends: FIN for FIN, RST for RST, an idle one drained, and the one place that closes everything.
 *
 * <p>Stateless: every method is confined to the event loop of its relay. Static, since an object for each relay would cost
 * an idle one memory.
 */
final class RelayEndings {
    private static final Logger LOG = LoggerFactory.getLogger(RelayEndings.class);

    private RelayEndings() {}

    /** The source has sent FIN, and everything before it is delivered. */
    static void onEnded(Relay relay, Flow flow) {
        flow.isFinished = true;
        flow.release(relay.loop);
        Flow opposite = relay.flowFrom(flow.target);
        if (relay.phase == RelayPhase.OPEN && opposite != null && opposite.isFinished) {
            // The target's FIN was read and it has been sent everything: close(2) sends ours.
            close(relay, flow.isToBackend ? CloseReason.ENDPOINT_FIN : CloseReason.CLIENT_FIN, false);
            return;
        }
        if (relay.phase == RelayPhase.OPEN && !flow.isToBackend) {
            // Before the client learns of it, who may come back at once.
            relay.attempts.onEndpointFinished(relay.pool);
        }
        if (relay.loop.systemCalls().shutdownWrite(flow.target.fd) < 0) {
            flow.target.socketErrorConsumed = true;
            onReset(relay, flow.target);
            return;
        }
        flow.target.hasSent = true;
        if (relay.phase == RelayPhase.OPEN) {
            relay.since = relay.now();
            RelayTimeouts.armBounds(relay);
        } else {
            settle(relay);
        }
    }

    /** One side is reset: what it sent before still goes to the other, which then gets the reset too. */
    static void onReset(Relay relay, RelaySocket socket) {
        Flow from = relay.flowFrom(socket);
        Flow into = relay.flowInto(socket);
        if (relay.phase == RelayPhase.OPEN && from != null && into != null) {
            relay.phase = RelayPhase.ABORTING;
            relay.reset = new Reset(from, relay.now());
            into.targetLost = true;
            into.release(relay.loop);
            relay.loop.wheel().arm(relay, relay.now() + Wheel.TICK_NANOS);
        } else if (relay.reset != null && !socket.equals(relay.reset.socket())) {
            // The survivor is gone as well.
            close(relay, resetReason(relay, relay.reset), true);
            return;
        }
        settle(relay);
    }

    private static CloseReason resetReason(Relay relay, Reset settled) {
        return settled.socket() == relay.client ? CloseReason.CLIENT_RESET : CloseReason.ENDPOINT_RESET;
    }

    /** Ends a relay that was reset once its survivor has everything, or takes nothing more. */
    static void settle(Relay relay) {
        if (relay.phase == RelayPhase.ABORTING && relay.reset != null
                && relay.reset.isSettled(relay.loop.systemCalls(), relay.now(), relay.lastDelivered)) {
            close(relay, resetReason(relay, relay.reset), true);
        }
    }

    /**
     * Ends the relay by FIN to both sides, if it is idle: silent, everything taken, and no answer due. An answer is due
     * when the last byte went to the endpoint.
     *
     * @param quietNanos how long both directions must have been silent
     * @param reason why it ends
     * @return false when it is busy
     */
    static boolean drain(Relay relay, long quietNanos, CloseReason reason) {
        Flow up = relay.clientToBackend;
        Flow down = relay.backendToClient;
        if (up == null || down == null || !isIdle(relay, quietNanos)) {
            return false;
        }
        try {
            relay.phase = RelayPhase.drainingFor(reason);
            relay.since = relay.now();
            relay.loop.wheel().arm(relay, drainEnd(relay));
            relay.loop.systemCalls().shutdownWrite(up.target.fd);
            relay.loop.systemCalls().shutdownWrite(down.target.fd);
            onDraining(relay, up.source);
            if (relay.phase.isDraining()) {
                onDraining(relay, down.source);
            }
            if (relay.phase == RelayPhase.LEAVING && up.isFinished) {
                // Its FIN has come before.
                close(relay, reason, false);
            }
        } catch (Throwable e) {
            onFault(relay, e);
        }
        return true;
    }

    /** Whether {@link #drain} would end it now. */
    static boolean isIdle(Relay relay, long quietNanos) {
        return isSilent(relay, quietNanos) && !RelayTimeouts.hasUnacked(relay) && !hasUnread(relay);
    }

    /** Whether bytes have come that this turn of the loop has not read yet: a request of just now, say. */
    private static boolean hasUnread(Relay relay) {
        return hasUnread(relay, relay.client) || hasUnread(relay, relay.backend);
    }

    private static boolean hasUnread(Relay relay, @Nullable RelaySocket socket) {
        return socket != null && relay.loop.systemCalls().unread(socket.fd) > 0;
    }

    /** As {@link #isIdle}, but for what the kernels still have of it: without a system call. */
    static boolean isSilent(Relay relay, long quietNanos) {
        Flow up = relay.clientToBackend;
        Flow down = relay.backendToClient;
        return relay.phase == RelayPhase.OPEN && up != null && down != null && !up.hasPending() && !down.hasPending()
                && !relay.wasLastToBackend && relay.now() - relay.lastDelivered >= quietNanos;
    }

    /** When a drained relay is reset that has not ended by then. */
    static long drainEnd(Relay relay) {
        return relay.since + relay.settings.halfClosedNanos();
    }

    /**
     * Reads what a side of a drained relay still sends, until its FIN. Nobody waits for the FIN of an endpoint that is down.
     */
    static void onDraining(Relay relay, RelaySocket socket) {
        Flow from = relay.flowFrom(socket);
        if (from != null && !from.isFinished && relay.loop.discard(socket)) {
            from.isFinished = true;
            Flow other = relay.flowInto(socket);
            if ((other != null && other.isFinished) || (relay.phase == RelayPhase.LEAVING && from.isToBackend)) {
                close(relay, relay.phase.drainReason(), false);
            } else if (!from.isToBackend) {
                relay.attempts.onEndpointFinished(relay.pool);
            }
        }
    }

    /**
     * A fault of the gateway itself, whatever it is: bytes that were read may be gone, so the relay ends by RST to both
     * sides. It is closed first, since the fault may be one that the log meets as well.
     */
    static void onFault(Relay relay, Throwable fault) {
        try {
            close(relay, CloseReason.INTERNAL, true);
        } catch (Throwable again) {
            if (!again.equals(fault)) {
                fault.addSuppressed(again);
            }
        }
        LOG.error("relay of listener {} failed", relay.listener.name(), fault);
    }

    /** The only place that ends a relay: frees what the flows hold, closes both sides and gives every count back. */
    static void close(Relay relay, CloseReason reason, boolean withReset) {
        if (relay.phase == RelayPhase.CLOSED) {
            return;
        }
        relay.phase = RelayPhase.CLOSED;
        // What is given back to the system and counted exactly comes before what others make of it, which may fail.
        relay.loop.wheel().disarm(relay);
        close(relay, relay.backend, withReset);
        close(relay, relay.client, withReset);
        RelayHedge.onClosed(relay);
        release(relay, relay.clientToBackend);
        release(relay, relay.backendToClient);
        relay.listener.onClosed();
        relay.loop.fdBudget().release();
        if (relay.origin != null && relay.origin.hold() != null) {
            relay.origin.hold().release();
        }
        relay.loop.onClosed(relay);
        relay.attempts.onClosed(relay.pool, relay.clientHigh, relay.clientLow, reason);
        relay.pool.onRelayOver(reason, relay.attempts.endpoint() != null, relay.age());
        relay.loop.observer().onClosed(relay, reason);
    }

    private static void release(Relay relay, @Nullable Flow flow) {
        if (flow != null) {
            flow.release(relay.loop);
        }
    }

    private static void close(Relay relay, @Nullable RelaySocket socket, boolean withReset) {
        if (socket != null && !socket.isClosed()) {
            if (withReset && !socket.isReset) {
                relay.loop.systemCalls().setResetOnClose(socket.fd);
            }
            socket.close();
        }
    }
}
