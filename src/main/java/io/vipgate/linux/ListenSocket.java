package io.vipgate.linux;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens listening sockets: one per event loop, sharing an address through SO_REUSEPORT. That option would also let a second
 * gateway of the same user join in, so the first socket of an address is bound and listens without it, which proves that
 * the address is free; then it gets the option too, and the others are bound. No socket that has listened is closed: a
 * client that came meanwhile waits in the queue of the first.
 *
 * <p>A wildcard and one address of its family may be open on one port: the kernel gives a client to the socket that names
 * its address. Two sockets of which one covers the other listen only if both have SO_REUSEPORT; there the kernel's table of
 * listening sockets tells whether a stranger is among them.
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
     * @param congestion TCP_CONGESTION; null for the system's
     */
    public record Options(int backlog, boolean isFreeBind, int keepIdleSeconds, int keepIntervalSeconds,
            int keepCount, @Nullable CongestionControl congestion) {}

    /** Whether an address covers another one of this gateway on its port, or is covered by one. */
    public enum Overlap {
        /** It has its port to itself. */
        NONE,
        /** With one that is opened in the same call. */
        OPENED_TOGETHER,
        /** With one that is open. */
        OPEN_ALREADY
    }

    /**
     * An address to open.
     *
     * @param address where to listen; null for every address of both families
     * @param port the port, 0 for one that the kernel chooses
     * @param inherited sockets that listen there already, left by an earlier process; no more than are wanted
     */
    public record Wanted(@Nullable InetAddress address, int port, Options options, Overlap overlap,
            List<Integer> inherited) {
        /** Nobody has left anything. */
        public Wanted(@Nullable InetAddress address, int port, Options options, Overlap overlap) {
            this(address, port, options, overlap, List.of());
        }
    }

    /** A bind that failed, and what the operator can do. */
    public static final class BindException extends Exception {
        private static final long serialVersionUID = 1;
        private final int errno;
        private final int index;

        BindException(String message, int errno, int index) {
            super(message);
            this.errno = errno;
            this.index = index;
        }

        /** The error number of socket(2), bind(2) or listen(2). */
        public int errno() {
            return errno;
        }

        /** Which of the addresses it was. */
        public int index() {
            return index;
        }
    }

    /** The sockets of one address, of which the first is bound: those that were inherited, then those that were made. */
    private record Group(int index, Wanted wanted, InetAddress address, boolean isDualStack, List<Integer> sockets) {
        int first() {
            return sockets.getFirst();
        }

        boolean isInherited() {
            return !wanted.inherited().isEmpty();
        }

        /** What is to share the address with the first. */
        List<Integer> joining() {
            return sockets.subList(Math.max(1, wanted.inherited().size()), sockets.size());
        }

        BindException failure(int port, int errno) {
            return new BindException(ListenSocket.message(address, port, errno), errno, index);
        }
    }

    private final SystemCalls systemCalls;

    /** Makes one for this machine. */
    public ListenSocket() {
        this(new LinuxSystemCalls());
    }

    ListenSocket(SystemCalls systemCalls) {
        this.systemCalls = systemCalls;
    }

    /**
     * Opens the sockets of one address.
     *
     * @param count how many sockets share it
     * @return their descriptors; all have the same address and port
     * @throws BindException if the address is taken, not owned or not permitted; nothing stays open then
     */
    public List<Integer> open(Wanted wanted, int count) throws BindException {
        return open(List.of(wanted), count).getFirst();
    }

    /**
     * Opens the sockets of some addresses. None listens before all are bound: as long as an address can't be had, no client
     * has come that would be reset.
     *
     * @param count how many sockets share each address
     * @return the descriptors of each address, in the order of the addresses
     * @throws BindException if an address is taken, not owned or not permitted; nothing stays open then
     */
    public List<List<Integer>> open(List<Wanted> addresses, int count) throws BindException {
        List<Group> groups = new ArrayList<>();
        try {
            for (Wanted wanted : addresses) {
                Group group = sockets(groups.size(), wanted, count);
                groups.add(group);
                if (!group.isInherited()) {
                    bindFirst(group);
                }
            }
            for (Group group : groups) {
                if (group.isInherited()) {
                    group.wanted().inherited().forEach(fd -> takeOver(fd, group.wanted().options()));
                } else {
                    listenFirst(group);
                }
            }
            for (Group group : groups) {
                joinFirst(group);
            }
            return groups.stream().map(Group::sockets).toList();
        } catch (BindException | RuntimeException e) {
            groups.forEach(group -> group.sockets().forEach(systemCalls::close));
            throw e;
        }
    }

    private Group sockets(int index, Wanted wanted, int count) throws BindException {
        InetAddress named = wanted.address();
        int missing = count - wanted.inherited().size();
        Group group = new Group(index, wanted, named == null ? any(true) : named, named == null,
                new ArrayList<>(wanted.inherited()));
        int failed = make(group, missing);
        if (failed == Errno.EAFNOSUPPORT && named == null) {
            // IPv6 is switched off: every address means every IPv4 address.
            group = new Group(index, wanted, any(false), false, new ArrayList<>(wanted.inherited()));
            failed = make(group, missing);
        }
        if (failed != 0) {
            group.sockets().forEach(systemCalls::close);
            throw new BindException("socket: " + Errno.text(failed), failed, index);
        }
        return group;
    }

    /** Makes all sockets of an address: none can be lacking once the first listens. Returns 0 or an error number. */
    private int make(Group group, int count) {
        for (int i = 0; i < count; i++) {
            int fd = systemCalls
                    .socket(group.address() instanceof Inet6Address ? SystemCalls.AF_INET6 : SystemCalls.AF_INET);
            if (fd < 0) {
                return -fd;
            }
            group.sockets().add(fd);
            // Connections of an earlier process in TIME_WAIT do not keep the address.
            systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEADDR, 1);
            if (group.wanted().options().isFreeBind()) {
                systemCalls.setOption(fd, SocketOptions.SOL_IP, SocketOptions.IP_FREEBIND, 1);
            }
            if (group.address() instanceof Inet6Address) {
                systemCalls.setOption(fd, SocketOptions.SOL_IPV6, SocketOptions.IPV6_V6ONLY,
                        group.isDualStack() ? 0 : 1);
            }
            inherit(fd, group.wanted().options());
        }
        return 0;
    }

    private void bindFirst(Group group) throws BindException {
        if (group.wanted().overlap() == Overlap.OPEN_ALREADY) {
            refuseStrangers(group, group.wanted().port());
            share(group.first());
        }
        bind(group, group.first(), group.wanted().port());
    }

    private void listenFirst(Group group) throws BindException {
        boolean isAlone = group.wanted().overlap() == Overlap.NONE;
        if (!isAlone) {
            share(group.first());
        }
        // Two sockets with SO_REUSEADDR may be bound to one address; only listen(2) tells whether it is taken.
        listen(group, group.first());
        if (isAlone) {
            share(group.first());
        } else {
            refuseStrangers(group, port(group.first()));
        }
    }

    private void joinFirst(Group group) throws BindException {
        int port = port(group.first());
        for (int fd : group.joining()) {
            share(fd);
            bind(group, fd, port);
            listen(group, fd);
        }
    }

    private void share(int fd) {
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEPORT, 1);
    }

    private void bind(Group group, int fd, int port) throws BindException {
        int bound = systemCalls.bind(fd, NativeSocketAddress.of(new InetSocketAddress(group.address(), port)));
        if (bound < 0) {
            throw group.failure(port, -bound);
        }
    }

    private void listen(Group group, int fd) throws BindException {
        int listening = systemCalls.listen(fd, group.wanted().options().backlog());
        if (listening < 0) {
            throw group.failure(port(fd), -listening);
        }
        delayAcknowledgements(fd);
    }

    /** A gateway of the same user could join without a word where SO_REUSEPORT had to be set before listen(2). */
    private static void refuseStrangers(Group group, int port) throws BindException {
        if (PortOwner.hasStranger(group.address(), group.isDualStack(), port)) {
            throw group.failure(port, Errno.EADDRINUSE);
        }
    }

    /** Changes a socket that listens already: its backlog, and what accepted sockets inherit from now on. */
    public void adjust(int fd, Options options) {
        inherit(fd, options);
        if (options.congestion() == null) {
            inheritSystemCongestion(fd);
        }
        systemCalls.listen(fd, options.backlog());
    }

    /** One that an earlier process was about to close: it takes clients again. */
    private void takeOver(int fd, Options options) {
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_DETACH_FILTER, 0);
        adjust(fd, options);
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

    private void inherit(int fd, Options options) {
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_NODELAY, 1);
        // Urgent bytes are relayed in their place; with a later call those that came before it would be lost.
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_OOBINLINE, 1);
        systemCalls.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_KEEPALIVE, 1);
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPIDLE, options.keepIdleSeconds());
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPINTVL, options.keepIntervalSeconds());
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPCNT, options.keepCount());
        if (options.congestion() != null) {
            systemCalls.setCongestion(fd, options.congestion());
        }
    }

    /** Takes back what an earlier configuration has chosen. */
    private void inheritSystemCongestion(int fd) {
        CongestionControl.ofSystem().filter(algorithm -> !systemCalls.congestion(fd).equals(Optional.of(algorithm)))
                .ifPresent(algorithm -> systemCalls.setCongestion(fd, algorithm));
    }

    /**
     * Lets accepted sockets begin with delayed acknowledgements, so that that of a request can travel with its answer; who
     * serves them must end that when no answer comes soon. To be called after listen(2), which forgets the option.
     */
    private void delayAcknowledgements(int fd) {
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_QUICKACK, 0);
    }

    private static String message(InetAddress address, int port, int errno) {
        return switch (errno) {
            case Errno.EADDRINUSE -> "the port is in use" + PortOwner.of(address, port).map(owner -> " by " + owner)
                    .orElse("") + "; stop that program or bind another address";
            case Errno.EADDRNOTAVAIL ->
                "the address is not on this machine; add it to an interface, or set freebind: true "
                        + "for a standby that gets it later";
            case Errno.EACCES -> "no permission for a port below 1024; give the process CAP_NET_BIND_SERVICE "
                    + "(systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE), or set net.ipv4.ip_unprivileged_port_start";
            default -> Errno.text(errno);
        };
    }

    private static InetAddress any(boolean isIpv6) {
        try {
            return InetAddress.getByAddress(new byte[isIpv6 ? 16 : 4]);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are always an address", e);
        }
    }
}
