package io.vipgate.relay;

import io.vipgate.pool.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Bounds on how a pool's endpoints are connected to, over all loops.
 *
 * <p>Immutable; what it leads to is thread-safe.
 *
 * @param hedge when a second connect is begun beside a slow one; null for never
 * @param retryBudget how many attempts may follow failed ones; null for no bound
 * @param maxConnecting connects under way at one endpoint, at which it counts as full; 0 for no bound
 */
public record ConnectRules(@Nullable HedgeRules hedge, @Nullable ConnectBudget retryBudget, int maxConnecting) {
    /** Nothing is hedged or bounded. */
    public static final ConnectRules NONE = new ConnectRules(null, null, 0);

    /** What is held of an endpoint: one of its connections, which it may have finished, and one of its connects under way. Bits. */
    static final byte PLACE = 1;
    static final byte CONNECTING = 2;
    static final byte FINISHED = 4;

    /** Whether an endpoint is passed over, since it is at a maximum. */
    public boolean isFull(Endpoint endpoint) {
        return endpoint.isFull() || hasManyConnecting(endpoint);
    }

    /** Whether an endpoint has as many connects under way as it may have. */
    public boolean hasManyConnecting(Endpoint endpoint) {
        return maxConnecting != 0 && endpoint.connecting() >= maxConnecting;
    }

    /** Takes a place at an endpoint; false at a maximum. */
    boolean tryOpen(Endpoint endpoint) {
        return maxConnecting == 0 ? endpoint.tryOpen() : endpoint.tryOpenConnecting(maxConnecting);
    }

    /** What {@link #tryOpen} takes, in bits. */
    byte held() {
        return maxConnecting == 0 ? PLACE : PLACE | CONNECTING;
    }

    /** Gives back what was taken just now. */
    void giveBack(LoopEndpoint taken) {
        release(taken, held());
    }

    /** Gives back what was taken under these rules, or under others. */
    static void release(LoopEndpoint taken, byte held) {
        if ((held & CONNECTING) != 0) {
            taken.endpoint().onConnectOver();
        }
        if ((held & FINISHED) != 0) {
            taken.endpoint().closeFinished();
        } else if ((held & PLACE) != 0) {
            taken.endpoint().close();
        }
    }
}
