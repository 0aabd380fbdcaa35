package io.vipgate.relay;

import io.vipgate.eventloop.Wheel;
import io.vipgate.eventloop.WheelTimer;
import io.vipgate.linux.SystemCalls;
import io.vipgate.linux.TcpInfo;

/**
 * Finds peers that no longer acknowledge what is sent to them: what TCP_USER_TIMEOUT (tcp(7), RFC 5482) is for, without
 * what it does to slow readers.
 *
 * <p>The kernel's own ends a connection whose peer keeps its window shut, even though that peer answers every probe. It
 * even ends one whose reader goes on taking bytes: a window that opens by less than the next segment burst does not
 * restart its clock (measured on Linux 6.18: with 3 s, a reader of 20 KB every half second is cut off after 3.3 s). So
 * that option is not set at all, and the gateway looks for itself. A look costs no system call while nothing was sent,
 * one while everything is acknowledged, two otherwise.
 *
 * <p>A peer is dead when bytes have been unacknowledged and it has been silent for the whole timeout. Behind a shut
 * window the kernel's probes come to lie minutes apart, and silence between them says nothing: there it is dead when a
 * probe has been without answer for a second.
 *
 * <p>Confined to its event loop.
 */
final class UserTimeout {
    /** Returned by {@link #look} for a peer that is dead. */
    static final long DEAD = Long.MIN_VALUE;

    /** How long the answer to a probe may take. */
    private static final long PROBE_NANOS = 1_000_000_000L;
    /** Looks per timeout. */
    private static final int LOOKS = 10;

    private final SystemCalls systemCalls;
    private final TcpInfo info = new TcpInfo();

    UserTimeout(SystemCalls systemCalls) {
        this.systemCalls = systemCalls;
    }

    /**
     * Looks at one side.
     *
     * @param now the loop's time
     * @param timeoutNanos above 0
     * @return when to look again, or {@link #DEAD}
     */
    long look(RelaySocket socket, long now, long timeoutNanos) {
        long every = Math.max(Wheel.TICK_NANOS, timeoutNanos / LOOKS);
        if (!socket.hasSent) {
            return now + every;
        }
        UnackedSince unackedSince = socket.unackedSince;
        if (unackedSince == null) {
            // Most connections are over before the next look: nothing is asked yet.
            socket.unackedSince = new UnackedSince(now);
            return now + every;
        }
        if (now - unackedSince.since < every) {
            // A half-close has moved the relay's timer: that is no reason to ask before the time.
            return unackedSince.since + every;
        }
        if (systemCalls.unacknowledged(socket.fd) <= 0) {
            socket.hasSent = false;
            socket.unackedSince = null;
            return now + every;
        }
        if (systemCalls.tcpInfo(socket.fd, info) != 0) {
            return now + every;
        }
        long silence = Math.min(now - unackedSince.since, info.lastAckReceivedMillis() * 1_000_000L);
        if (silence < timeoutNanos) {
            unackedSince.doubtedSince = WheelTimer.NEVER;
            return now + Math.min(every, timeoutNanos - silence);
        }
        return info.isWindowShut() ? lookBehindShutWindow(unackedSince, now, every) : DEAD;
    }

    private long lookBehindShutWindow(UnackedSince unackedSince, long now, long every) {
        if (!info.isUnanswered()) {
            unackedSince.doubtedSince = WheelTimer.NEVER;
            return now + every;
        }
        if (unackedSince.doubtedSince == WheelTimer.NEVER) {
            unackedSince.doubtedSince = now;
        }
        return now - unackedSince.doubtedSince >= PROBE_NANOS ? DEAD : unackedSince.doubtedSince + PROBE_NANOS;
    }

    /** Of a side whose peer owes acknowledgements. An object of its own, since an idle side owes none and has none. */
    static final class UnackedSince {
        /** Since when looks have found bytes that the peer has not acknowledged. */
        private final long since;
        /** Since when they have found a probe of its shut window without an answer, after a long silence. */
        private long doubtedSince = WheelTimer.NEVER;

        private UnackedSince(long since) {
            this.since = since;
        }
    }
}
