package io.vipgate.relay;

import io.vipgate.eventloop.WheelTimer;
import java.util.SplittableRandom;

/**
 * When a relay ends by itself, as things stand.
 *
 * <p>Immutable. Times are the loop's, in nanoseconds; {@link WheelTimer#NEVER} where there is no bound.
 *
 * @param lifetimeEnd end of its lifetime
 * @param idleEnd end of its silence
 * @param halfClosedEnd end of its half-closed silence
 */
record Bounds(long lifetimeEnd, long idleEnd, long halfClosedEnd) {
    /**
     * The bounds of a relay.
     *
     * @param lifetimeEnd as {@link #lifetimeEnd} gives it
     * @param lastDelivered when a byte last reached either side
     * @param halfClosedSince when one direction ended, or NEVER
     */
    static Bounds of(RelaySettings settings, long lifetimeEnd, long lastDelivered, long halfClosedSince) {
        long idleEnd = settings.idleNanos() == 0 ? WheelTimer.NEVER : lastDelivered + settings.idleNanos();
        long halfClosedEnd = halfClosedSince == WheelTimer.NEVER || settings.halfClosedNanos() == 0
                ? WheelTimer.NEVER
                : Math.max(halfClosedSince, lastDelivered) + settings.halfClosedNanos();
        return new Bounds(lifetimeEnd, idleEnd, halfClosedEnd);
    }

    /**
     * When a relay must end, with its jitter; NEVER when lifetimes are not bounded. The jitter follows from what the relay
     * keeps anyway, so that it need not be kept: bounds cost each idle relay memory.
     *
     * @param openedAt when it was accepted
     * @param number its own
     */
    static long lifetimeEnd(RelaySettings settings, long openedAt, long number) {
        long lifetime = settings.lifetimeNanos();
        if (lifetime == 0) {
            return WheelTimer.NEVER;
        }
        double jitter = settings.lifetimeJitter() * new SplittableRandom(openedAt + number).nextDouble();
        return openedAt + lifetime - (long) (lifetime * jitter);
    }

    /** The first of the ends. */
    long next() {
        return Math.min(lifetimeEnd, Math.min(idleEnd, halfClosedEnd));
    }

    /** Which bound a relay is over that has reached {@link #next()}. */
    CloseReason reasonAt(long now) {
        if (now >= lifetimeEnd) {
            return CloseReason.LIFETIME;
        }
        return now >= halfClosedEnd ? CloseReason.HALF_CLOSED : CloseReason.IDLE;
    }
}
