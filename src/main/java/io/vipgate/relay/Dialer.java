package io.vipgate.relay;

import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.CongestionControl;
import io.vipgate.linux.Errno;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.SystemCalls;
import io.vipgate.linux.TransparentSocket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes sockets towards endpoints and begins their connects. TCP_NODELAY waits until it is needed, see {@link CopyPump}.
 *
 * <p>Confined to its event loop.
 */
final class Dialer {
    private final SystemCalls systemCalls;
    private final ClientAddress local = new ClientAddress();
    private final ClientAddress remote = new ClientAddress();
    /** Where the next turn through the source addresses begins. */
    private int turn;

    Dialer(SystemCalls systemCalls) {
        this.systemCalls = systemCalls;
    }

    /**
     * Begins a connect from the first source address that the kernel grants. Each connect begins with another one: the
     * kernel tries every port of an exhausted address before it says so, which costs milliseconds.
     *
     * @param canDelayAck whether the handshake's last acknowledgement may wait for the first bytes
     * @return a descriptor whose connect is under way or done, or a negated error number
     */
    int begin(LoopEndpoint endpoint, RelaySettings settings, boolean canDelayAck) {
        List<NativeSocketAddress> sources = settings.sources();
        if (sources.isEmpty()) {
            return connect(endpoint, null, settings.congestion(), canDelayAck);
        }
        int result = -Errno.EADDRNOTAVAIL;
        turn = (turn + 1) & Integer.MAX_VALUE;
        for (int i = 0; i < sources.size(); i++) {
            NativeSocketAddress source = sources.get((turn % sources.size() + i) % sources.size());
            if (source.family() == endpoint.family()) {
                result = connect(endpoint, source, settings.congestion(), canDelayAck);
                if (result != -Errno.EADDRNOTAVAIL) {
                    return result;
                }
            }
        }
        return result;
    }

    /**
     * Begins a connect from an address that may be another machine's.
     *
     * @return a descriptor whose connect is under way or done, or a negated error number: see
     *     {@link TransparentSocket#isRefusal} for whether this process may not
     */
    int beginAs(LoopEndpoint endpoint, RelaySettings settings, long clientHigh, long clientLow, boolean canDelayAck) {
        int fd = open(endpoint, settings.congestion(), canDelayAck);
        if (fd < 0) {
            return fd;
        }
        int result = TransparentSocket.allow(systemCalls, fd, endpoint.family());
        if (result == 0) {
            local.set(clientHigh, clientLow, 0);
            result = systemCalls.bind(fd, endpoint.family(), local);
        }
        return connect(fd, endpoint, result);
    }

    private int connect(LoopEndpoint endpoint, @Nullable NativeSocketAddress source,
            @Nullable CongestionControl congestion, boolean canDelayAck) {
        int fd = open(endpoint, congestion, canDelayAck);
        return fd < 0 ? fd : connect(fd, endpoint, source == null ? 0 : bind(fd, source));
    }

    private int open(LoopEndpoint endpoint, @Nullable CongestionControl congestion, boolean canDelayAck) {
        int fd = systemCalls.socket(endpoint.family());
        if (fd < 0) {
            return fd;
        }
        if (canDelayAck) {
            systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_QUICKACK, 0);
        }
        // Before the first byte can come: without it a second urgent byte pushes the first one out of the stream.
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_OOBINLINE, 1);
        if (congestion != null) {
            systemCalls.setCongestion(fd, congestion);
        }
        return fd;
    }

    /** Connects a socket if binding it had this result; one that can't be connected is closed. */
    private int connect(int fd, LoopEndpoint endpoint, int bound) {
        int result = bound == 0 ? systemCalls.connect(fd, endpoint.address()) : bound;
        if (result == 0 || result == -Errno.EINPROGRESS) {
            return fd;
        }
        systemCalls.close(fd);
        return result;
    }

    /** Without IP_BIND_ADDRESS_NO_PORT a source address would have only one local port range for all endpoints. */
    private int bind(int fd, NativeSocketAddress source) {
        systemCalls.setOption(fd, SocketOptions.SOL_IP, SocketOptions.IP_BIND_ADDRESS_NO_PORT, 1);
        return systemCalls.bind(fd, source);
    }

    /** True when a connect has reached itself: local and remote address are the same. */
    boolean hasReachedItself(int fd, LoopEndpoint endpoint) {
        if (!endpoint.canReachItself() || systemCalls.localAddress(fd, local) != 0) {
            return false;
        }
        remote.set(endpoint.address().address().getAddress(), endpoint.address().address().getPort());
        return local.port() == remote.port() && local.low() == remote.low() && local.high() == remote.high();
    }
}
