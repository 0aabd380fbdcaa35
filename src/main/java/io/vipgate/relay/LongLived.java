package io.vipgate.relay;

import io.vipgate.net.SocketOptions;
import io.vipgate.net.SystemCalls;
import io.vipgate.net.TcpInfo;

/**
 * What relays get that live longer than a few seconds: keepalive and user timeout on the backend side (the client side
 * has inherited its own from the listening socket), and protection of slow readers from the user timeout.
 *
 * <p>TCP_USER_TIMEOUT ends a connection whose peer keeps its window shut, even though that peer answers every probe.
 * Such a peer is slow, not dead. So the timeout is lifted from a side while the kernel probes its shut window, and the
 * gateway itself asks whether the probes are answered.
 *
 * <p>Confined to its event loop.
 */
final class LongLived {
    /** Age at which a relay is worth the system calls, in nanoseconds. */
    static final long AGE_NANOS = 5_000_000_000L;

    private final SystemCalls systemCalls;
    private final TcpInfo info = new TcpInfo();

    LongLived(SystemCalls systemCalls) {
        this.systemCalls = systemCalls;
    }

    void guard(Side backend, RelaySettings settings) {
        RelaySettings.KeepAlive keepAlive = settings.keepAlive();
        int fd = backend.fd;
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPIDLE, keepAlive.idleSeconds());
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPINTVL, keepAlive.intervalSeconds());
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPCNT, keepAlive.count());
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_KEEPALIVE, 1);
        if (settings.endpointUserTimeoutMillis() > 0) {
            setUserTimeout(backend, settings.endpointUserTimeoutMillis());
        }
    }

    /** How often {@link #isDead} must be asked for a user timeout in milliseconds, in nanoseconds. */
    static long checkEvery(int userTimeoutMillis) {
        return userTimeoutMillis * 250_000L;
    }

    /**
     * Looks after a side that has a user timeout; costs no system call while nothing was sent to it.
     *
     * @return true when the side has unacknowledged bytes, its timeout is lifted, it has been silent for that long,
     *         and two looks in a row have found something sent that it has not answered
     */
    boolean isDead(Side side, int userTimeoutMillis) {
        if (!side.hasSent) {
            return false;
        }
        if (systemCalls.unacknowledged(side.fd) <= 0) {
            side.hasSent = false;
            restore(side, userTimeoutMillis);
            return false;
        }
        if (systemCalls.tcpInfo(side.fd, info) != 0) {
            return false;
        }
        if (!info.isWindowShut()) {
            restore(side, userTimeoutMillis);
            return false;
        }
        if (!side.isUserTimeoutLifted) {
            setUserTimeout(side, 0);
            side.isUserTimeoutLifted = true;
        }
        // An answer may be under way at one look; not at two in a row.
        boolean wasSilent = side.isSilent;
        side.isSilent = info.lastAckReceivedMillis() >= userTimeoutMillis && info.isUnanswered();
        return side.isSilent && wasSilent;
    }

    private void restore(Side side, int userTimeoutMillis) {
        side.isSilent = false;
        if (side.isUserTimeoutLifted) {
            setUserTimeout(side, userTimeoutMillis);
            side.isUserTimeoutLifted = false;
        }
    }

    private void setUserTimeout(Side side, int millis) {
        systemCalls.setOption(side.fd, SocketOptions.SOL_TCP, SocketOptions.TCP_USER_TIMEOUT, millis);
    }
}
