package io.vipgate.linux;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens listening sockets: one per event loop, sharing an address through SO_REUSEPORT. Because SO_REUSEPORT would also
 * let a second gateway of the same user join in, one bind without it first proves that the address is free.
 *
 * <p>Confined to the control thread.
 */
public final class ListenSocket {
    /**
     * What accepted sockets inherit from the listening one, so that no accept pays a system call for it (measured:
     * TCP_NODELAY, TCP_QUICKACK, SO_OOBINLINE and SO_KEEPALIVE with its three times are
     * inherited).
     *
     * @param backlog clients that may wait to be accepted
     * @param isFreeBind bind even if the machine does not own the address
     * @param keepIdleSeconds TCP_KEEPIDLE
     * @param keepIntervalSeconds TCP_KEEPINTVL
     * @param keepCount TCP_KEEPCNT
     */
    public record Options(int backlog, boolean isFreeBind, int keepIdleSeconds, int keepIntervalSeconds,
            int keepCount) {}

    /** A bind that failed, and what the operator can do. */
    public static final class BindException extends Exception {
        private static final long serialVersionUID = 1;
        private final int errno;

        BindException(String message, int errno) {
            super(message);
            this.errno = errno;
        }

        /** The error number of bind(2) or listen(2). */
        public int errno() {
            return errno;
        }
    }

    private final SystemCalls systemCalls = new LinuxSystemCalls();

    /**
     * Opens the sockets of one address.
     *
     * @param address where to listen; null for every address of both families
     * @param port the port, 0 for one that the kernel chooses
     * @param count how many sockets share it
     * @param isOurs true when sockets of this gateway may still hold the address, or one that covers it
     * @return their descriptors; all have the same address and port
     * @throws BindException if the address is taken, not owned or not permitted; nothing stays open then
     */
    public List<Integer> open(@Nullable InetAddress address, int port, int count, Options options,
            boolean isOurs) throws BindException {
        boolean isDualStack = address == null;
        InetAddress wanted = address == null ? any(true) : address;
        int trial = systemCalls.socket(wanted instanceof Inet6Address ? SystemCalls.AF_INET6 : SystemCalls.AF_INET);
        if (trial == -Errno.EAFNOSUPPORT && isDualStack) {
            // IPv6 is switched off: every address means every IPv4 address.
            wanted = any(false);
            isDualStack = false;
            trial = systemCalls.socket(SystemCalls.AF_INET);
        }
        if (trial < 0) {
            throw new BindException("socket: " + Errno.text(-trial), -trial);
        }
        int boundPort;
        try {
            boundPort = isOurs ? port : bind(trial, wanted, port, isDualStack, options, false);
        } finally {
            systemCalls.close(trial);
        }
        List<Integer> opened = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                int fd = systemCalls
                        .socket(wanted instanceof Inet6Address ? SystemCalls.AF_INET6 : SystemCalls.AF_INET);
                if (fd < 0) {
                    throw new BindException("socket: " + Errno.text(-fd), -fd);
                }
                opened.add(fd);
                bind(fd, wanted, boundPort, isDualStack, options, true);
                inherit(fd, options);
            }
            // All are bound before the first listens: no client meets a group that is still growing.
            for (int fd : opened) {
                int listening = systemCalls.listen(fd, options.backlog());
                if (listening < 0) {
                    throw failure(new InetSocketAddress(wanted, boundPort), -listening);
                }
                delayAcknowledgements(fd);
            }
            return opened;
        } catch (BindException e) {
            opened.forEach(systemCalls::close);
            throw e;
        }
    }

    /** Changes a socket that listens already: its backlog, and what accepted sockets inherit from now on. */
    public void adjust(int fd, Options options) {
        inherit(fd, options);
        systemCalls.listen(fd, options.backlog());
    }

    /** Closes a socket that nobody has taken over. */
    public void close(int fd) {
        systemCalls.close(fd);
    }

    /** The local port of a listening socket. */
    public int port(int fd) {
        ClientAddress local = new ClientAddress();
        systemCalls.localAddress(fd, local);
        return local.port();
    }

    private int bind(int fd, InetAddress address, int port, boolean isDualStack, Options options, boolean isShared)
            throws BindException {
        // Connections of an earlier process in TIME_WAIT do not keep the address.
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEADDR, 1);
        if (isShared) {
            systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEPORT, 1);
        }
        if (options.isFreeBind()) {
            systemCalls.setOption(fd, SocketOptions.SOL_IP, SocketOptions.IP_FREEBIND, 1);
        }
        if (address instanceof Inet6Address) {
            systemCalls.setOption(fd, SocketOptions.SOL_IPV6, SocketOptions.IPV6_V6ONLY, isDualStack ? 0 : 1);
        }
        InetSocketAddress local = new InetSocketAddress(address, port);
        int bound = systemCalls.bind(fd, NativeSocketAddress.of(local));
        if (bound == 0 && !isShared) {
            // Two sockets with SO_REUSEADDR may be bound to one address; only listen(2) tells whether it is taken.
            bound = systemCalls.listen(fd, 1);
        }
        if (bound < 0) {
            throw failure(local, -bound);
        }
        return port(fd);
    }

    private void inherit(int fd, Options options) {
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_NODELAY, 1);
        // Urgent bytes are relayed in their place; with a later call those that came before it would be lost.
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_OOBINLINE, 1);
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_KEEPALIVE, 1);
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPIDLE, options.keepIdleSeconds());
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPINTVL, options.keepIntervalSeconds());
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPCNT, options.keepCount());
    }

    /**
     * Lets accepted sockets begin with delayed acknowledgements, so that that of a request can travel with its answer; who
     * serves them must end that when no answer comes soon. To be called after listen(2), which forgets the option.
     */
    private void delayAcknowledgements(int fd) {
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_QUICKACK, 0);
    }

    private static BindException failure(InetSocketAddress local, int errno) {
        String what = switch (errno) {
            case Errno.EADDRINUSE ->
                "the port is in use" + PortOwner.of(local.getAddress(), local.getPort()).map(owner -> " by " + owner)
                        .orElse("") + "; stop that program or bind another address";
            case Errno.EADDRNOTAVAIL ->
                "the address is not on this machine; add it to an interface, or set freebind: true "
                        + "for a standby that gets it later";
            case Errno.EACCES -> "no permission for a port below 1024; give the process CAP_NET_BIND_SERVICE "
                    + "(systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE), or set net.ipv4.ip_unprivileged_port_start";
            default -> Errno.text(errno);
        };
        return new BindException(what, errno);
    }

    private static InetAddress any(boolean isIpv6) {
        try {
            return InetAddress.getByAddress(new byte[isIpv6 ? 16 : 4]);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are always an address", e);
        }
    }
}
