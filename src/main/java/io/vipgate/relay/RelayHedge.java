package io.vipgate.relay;

import org.jspecify.annotations.Nullable;

/**
 * Hedged connects: when an endpoint has not answered for a while, a second one is tried beside it, and the first to be
 * connected wins. The other is closed by RST at once, before the relay sends a byte; a place at both endpoints, and one in
 * the descriptor budget, are held meanwhile.
 *
 * <pre>
 *   CONNECTING ──the delay is over──► two under way ──one is connected──► OPEN; the other is reset
 *       ▲                                  │
 *       └──────────one fails───────────────┘  the other goes on, and may get another hedge after the delay
 * </pre>
 *
 * <p>The present connect is the relay's and its {@link Attempts}'; the other is the {@link Hedge}. Whichever has news
 * becomes the present one first, so that what happens to it is what happens to any connect.
 *
 * <p>Stateless: every method is confined to the event loop of its relay.
 */
final class RelayHedge {
    /** So many lost ones in a row make the endpoint suspect. */
    private static final int SUSPICIOUS = 3;
    /** Hedges leave this part of the descriptor budget to clients. */
    private static final int SPARE_PART = 16;

    private RelayHedge() {}

    /**
     * A connect has taken as long as the pool's delay: begins another one, if that may be.
     *
     * @return true to be asked again after another delay
     */
    static boolean onDelayOver(Relay relay, HedgeRules rules) {
        try {
            LoopEndpoint first = relay.attempts.endpoint();
            if (first == null || relay.attempts.isOnceMore()
                    || relay.attempts.failed() + 1 >= relay.pool.attempts()) {
                return false;
            }
            if (relay.attempts.isPinned() && !relay.pool.isSuspect(first)) {
                return true;
            }
            LoopEndpoint second = relay.pool.openHedge(relay.clientHigh, relay.clientLow, relay.attempts, first,
                    relay.now());
            if (second != null) {
                begin(relay, rules, second);
            }
            return second == null;
        } catch (Throwable e) {
            RelayEndings.onFault(relay, e);
            return false;
        }
    }

    private static void begin(Relay relay, HedgeRules rules, LoopEndpoint second) {
        if (!relay.loop.fdBudget().tryAcquireLeaving(spare(relay))) {
            relay.pool.connect().giveBack(second);
            relay.pool.counts().onHedge(HedgeResult.NO_SOCKET);
            return;
        }
        if (!rules.budget().tryTake(relay.now())) {
            relay.loop.fdBudget().release();
            relay.pool.connect().giveBack(second);
            relay.pool.counts().onHedge(HedgeResult.NO_BUDGET);
            return;
        }
        // From here on whatever ends the relay finds both.
        Hedge other = relay.attempts.beginBeside(second, relay.pool.connect().held());
        other.isFirst = true;
        other.socket = relay.backend;
        other.since = relay.since;
        other.hasDelayedAck = relay.hasDelayedAck;
        relay.backend = null;
        relay.hasDelayedAck = relay.listener.canDelayHandshakeAck();
        int fd = RelayConnect.begin(relay, second);
        if (fd >= 0) {
            relay.backend = relay.watch(fd, true);
        }
        if (relay.backend != null) {
            relay.since = relay.now();
            relay.attempts.onHedgeBegun();
            exchange(relay, other);
            return;
        }
        ConnectFailure failure = fd < 0 && fd != TransparentConnect.REFUSED
                ? ConnectFailure.of(-fd)
                : ConnectFailure.LOCAL;
        if (failure == ConnectFailure.LOCAL) {
            // As if it had not been begun: the attempt is not used up.
            relay.attempts.withdrawHedge();
            takeUp(relay, other, HedgeResult.NO_SOCKET);
        } else {
            relay.attempts.onHedgeBegun();
            RelayConnect.onAttemptFailed(relay, failure);
            goOnAlone(relay, other, HedgeResult.FAILED);
        }
    }

    private static int spare(Relay relay) {
        return Math.max(1, relay.loop.fdBudget().most() / SPARE_PART);
    }

    /** Makes the one that has news the present one. */
    static void onNews(Relay relay, RelaySocket socket) {
        Hedge other = relay.attempts.hedge();
        if (other != null && socket == other.socket) {
            exchange(relay, other);
        }
    }

    private static void exchange(Relay relay, Hedge other) {
        RelaySocket socket = relay.backend;
        relay.backend = other.socket;
        other.socket = socket;
        long since = relay.since;
        relay.since = other.since;
        other.since = since;
        boolean hasDelayedAck = relay.hasDelayedAck;
        relay.hasDelayedAck = other.hasDelayedAck;
        other.hasDelayedAck = hasDelayedAck;
        relay.attempts.exchange(other);
        other.isFirst = !other.isFirst;
    }

    /**
     * The present attempt has failed, or was withdrawn.
     *
     * @return whether another one is under way, which is the present one now
     */
    static boolean goOn(Relay relay) {
        Hedge other = relay.attempts.hedge();
        if (other == null) {
            return false;
        }
        goOnAlone(relay, other, other.isFirst ? HedgeResult.FAILED : HedgeResult.TOOK_OVER);
        return true;
    }

    private static void takeUp(Relay relay, Hedge other, HedgeResult result) {
        relay.attempts.takeUp(other);
        relay.backend = other.socket;
        relay.since = other.since;
        relay.hasDelayedAck = other.hasDelayedAck;
        relay.loop.fdBudget().release();
        relay.pool.counts().onHedge(result);
        relay.loop.wheel().arm(relay, relay.since + relay.settings.connectTimeoutNanos());
    }

    /** The other one is the only one that is under way, and may get another hedge. */
    private static void goOnAlone(Relay relay, Hedge other, HedgeResult result) {
        takeUp(relay, other, result);
        HedgeQueue hedges = relay.pool.hedges();
        if (hedges != null) {
            hedges.add(relay);
        }
    }

    /** The present attempt has reached its endpoint: the other one, if there is one, has lost. */
    static void onConnected(Relay relay, HedgeQueue hedges) {
        hedges.onConnected();
        LoopEndpoint reached = relay.attempts.endpoint();
        if (reached != null) {
            reached.endpoint().onNotOvertaken();
        }
        Hedge other = relay.attempts.hedge();
        if (other == null) {
            return;
        }
        boolean isWon = other.isFirst;
        LoopEndpoint loser = other.endpoint;
        drop(relay, other, isWon ? HedgeResult.WON : HedgeResult.LOST);
        relay.attempts.onHedgeDecided(isWon);
        if (isWon && loser.endpoint().onOvertaken() >= SUSPICIOUS) {
            relay.loop.observer().onOvertaken(relay, loser);
        }
    }

    /** The relay is over. */
    static void onClosed(Relay relay) {
        Hedge other = relay.attempts.hedge();
        if (other != null) {
            drop(relay, other, HedgeResult.CANCELLED);
        }
    }

    private static void drop(Relay relay, Hedge other, HedgeResult result) {
        relay.attempts.release(other);
        relay.loop.fdBudget().release();
        relay.pool.counts().onHedge(result);
        reset(relay, other.socket);
    }

    private static void reset(Relay relay, @Nullable RelaySocket socket) {
        if (socket != null && !socket.isClosed()) {
            relay.loop.systemCalls().setResetOnClose(socket.fd);
            socket.close();
        }
    }
}
