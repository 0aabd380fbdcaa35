package io.vipgate.relay;

import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.SystemCalls;

/**
 * Keepalive on the backend side of relays that live longer than a few seconds, so that short ones do not pay for it. The
 * client side has inherited its own from the listening socket.
 *
 * <p>Confined to its event loop.
 */
final class KeepAlive {
    /** Age at which a relay is worth the system calls, in nanoseconds. */
    static final long AGE_NANOS = 5_000_000_000L;

    private final SystemCalls systemCalls;

    KeepAlive(SystemCalls systemCalls) {
        this.systemCalls = systemCalls;
    }

    void enable(RelaySocket backend, RelaySettings.KeepAlive keepAlive) {
        int fd = backend.fd;
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPIDLE, keepAlive.idleSeconds());
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPINTVL, keepAlive.intervalSeconds());
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPCNT, keepAlive.count());
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_KEEPALIVE, 1);
    }
}
