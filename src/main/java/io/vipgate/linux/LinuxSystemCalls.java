package io.vipgate.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link SystemCalls} by downcalls of the foreign function interface.
 *
 * <p>Confined to one thread: errno and the small answers of a call go through memory of the instance.
 */
public final class LinuxSystemCalls implements SystemCalls {
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_RAW = 3;
    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int MSG_PEEK = 0x2;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_MORE = 0x8000;
    private static final int SHUT_WR = 1;
    private static final int SPLICE_F_MOVE_NONBLOCK = 1 | 2;
    private static final long SIOCOUTQ = 0x5411;
    private static final long SIOCINQ = 0x541b;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int F_GETPIPE_SZ = 1032;
    private static final int SOCKADDR_BYTES = 128;

    private static final MemorySegment ACCEPT4 = CLibrary.function("accept4");
    private static final MemorySegment SOCKET = CLibrary.function("socket");
    private static final MemorySegment CONNECT = CLibrary.function("connect");
    private static final MemorySegment BIND = CLibrary.function("bind");
    private static final MemorySegment LISTEN = CLibrary.function("listen");
    private static final MemorySegment SHUTDOWN = CLibrary.function("shutdown");
    private static final MemorySegment CLOSE = CLibrary.function("close");
    private static final MemorySegment SETSOCKOPT = CLibrary.function("setsockopt");
    private static final MemorySegment GETSOCKOPT = CLibrary.function("getsockopt");
    private static final MemorySegment GETSOCKNAME = CLibrary.function("getsockname");
    private static final MemorySegment PIPE2 = CLibrary.function("pipe2");
    private static final MemorySegment GETRLIMIT = CLibrary.function("getrlimit");
    private static final MemorySegment RECV = CLibrary.function("recv");
    private static final MemorySegment SEND = CLibrary.function("send");
    private static final MemorySegment SPLICE = CLibrary.function("splice");
    private static final MemorySegment FCNTL = CLibrary.function("fcntl");
    private static final MemorySegment IOCTL = CLibrary.function("ioctl");

    /**
     * Drops segments with SYN and without ACK: struct sock_filter, of which a packet's first byte is that of its TCP header.
     */
    private static final MemorySegment NO_SYN = program(0x30, 13, 0x54, 0x12, 0x0100_0015, 0x02, 0x06, 0, 0x06, -1);

    private final CLibrary library = new CLibrary();
    private final MemorySegment answer = Arena.ofAuto().allocate(TcpInfo.BYTES + Long.BYTES, 8);
    private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);
    private final MemorySegment sockaddr = Arena.ofAuto().allocate(SOCKADDR_BYTES, 8);

    @Override
    public int accept(int fd, ClientAddress client) {
        length.set(JAVA_INT, 0, SOCKADDR_BYTES);
        int accepted = library.call(ACCEPT4, fd, sockaddr.address(), length.address(),
                NONBLOCK_CLOEXEC);
        if (accepted >= 0) {
            client.read(sockaddr);
        }
        return accepted;
    }

    @Override
    public int socket(int family) {
        return library.call(SOCKET, family, SOCK_STREAM | NONBLOCK_CLOEXEC, 0);
    }

    @Override
    public int connect(int fd, NativeSocketAddress remote) {
        try {
            MemorySegment memory = remote.memory();
            return library.call(CONNECT, fd, memory.address(), memory.byteSize());
        } finally {
            // Only a number goes to the call: without this the memory could be freed under it.
            Reference.reachabilityFence(remote);
        }
    }

    @Override
    public int bind(int fd, NativeSocketAddress local) {
        try {
            MemorySegment memory = local.memory();
            return library.call(BIND, fd, memory.address(), memory.byteSize());
        } finally {
            // Only a number goes to the call: without this the memory could be freed under it.
            Reference.reachabilityFence(local);
        }
    }

    @Override
    public int bind(int fd, int family, ClientAddress local) {
        return library.call(BIND, fd, sockaddr.address(), local.write(sockaddr, family));
    }

    @Override
    public int listen(int fd, int backlog) {
        return library.call(LISTEN, fd, backlog);
    }

    @Override
    public int receive(int fd, long address, int bytes) {
        return library.call(RECV, fd, address, bytes, 0);
    }

    @Override
    public int peek(int fd, long address, int bytes) {
        return library.call(RECV, fd, address, bytes, MSG_PEEK);
    }

    @Override
    public int send(int fd, long address, int bytes, boolean more) {
        return library.call(SEND, fd, address, bytes,
                more ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL);
    }

    @Override
    public int shutdownWrite(int fd) {
        return library.call(SHUTDOWN, fd, SHUT_WR);
    }

    @Override
    public int close(int fd) {
        return library.call(CLOSE, fd);
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        answer.set(JAVA_INT, 0, value);
        return setFromAnswer(fd, level, option, Integer.BYTES);
    }

    @Override
    public int setCongestion(int fd, CongestionControl algorithm) {
        algorithm.writeTo(answer);
        return setFromAnswer(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_CONGESTION, CongestionControl.BYTES);
    }

    @Override
    public Optional<CongestionControl> congestion(int fd) {
        int called = option(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_CONGESTION, CongestionControl.BYTES);
        return called < 0 ? Optional.empty() : Optional.of(new CongestionControl(answer.getString(0)));
    }

    @Override
    public int setResetOnClose(int fd) {
        answer.set(JAVA_INT, 0, 1);
        answer.set(JAVA_INT, Integer.BYTES, 0);
        return setFromAnswer(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_LINGER, 2 * Integer.BYTES);
    }

    @Override
    public int ignoreNewClients(int fd) {
        // struct sock_fprog
        answer.set(JAVA_LONG, 0, NO_SYN.byteSize() / Long.BYTES);
        answer.set(JAVA_LONG, Long.BYTES, NO_SYN.address());
        return setFromAnswer(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_ATTACH_FILTER, 2 * Long.BYTES);
    }

    private static MemorySegment program(int... words) {
        MemorySegment program = Arena.global().allocate((long) words.length * Integer.BYTES, Long.BYTES);
        for (int i = 0; i < words.length; i++) {
            program.setAtIndex(JAVA_INT, i, words[i]);
        }
        return program;
    }

    private int setFromAnswer(int fd, int level, int option, int bytes) {
        return library.call(SETSOCKOPT, fd, level, option, answer.address(), bytes);
    }

    private int option(int fd, int level, int option, int bytesOfAnswer) {
        length.set(JAVA_INT, 0, bytesOfAnswer);
        return library.call(GETSOCKOPT, fd, level, option, answer.address(),
                length.address());
    }

    @Override
    public int socketError(int fd) {
        int called = option(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR, Integer.BYTES);
        return called < 0 ? called : answer.get(JAVA_INT, 0);
    }

    @Override
    public int localAddress(int fd, ClientAddress local) {
        length.set(JAVA_INT, 0, SOCKADDR_BYTES);
        int called = library.call(GETSOCKNAME, fd, sockaddr.address(), length.address());
        if (called == 0) {
            local.read(sockaddr);
        }
        return called;
    }

    @Override
    public int unacknowledged(int fd) {
        return queue(fd, SIOCOUTQ);
    }

    @Override
    public int unread(int fd) {
        return queue(fd, SIOCINQ);
    }

    private int queue(int fd, long request) {
        int called = library.call(IOCTL, fd, request, answer.address());
        return called < 0 ? called : answer.get(JAVA_INT, 0);
    }

    @Override
    public int tcpInfo(int fd, TcpInfo info) {
        answer.fill((byte) 0);
        int called = option(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_INFO, TcpInfo.BYTES);
        if (called == 0) {
            info.read(answer);
        }
        return called;
    }

    @Override
    public int splice(int from, int to, int bytes) {
        return library.call(SPLICE, from, 0, to, 0, bytes,
                SPLICE_F_MOVE_NONBLOCK);
    }

    @Override
    public @Nullable Pipe openPipe(int size) {
        int called = library.call(PIPE2, answer.address(), NONBLOCK_CLOEXEC);
        if (called < 0) {
            return null;
        }
        int readFd = answer.get(JAVA_INT, 0);
        int writeFd = answer.get(JAVA_INT, Integer.BYTES);
        // Refused above pipe-max-size or the user's quota; what was granted is read back.
        int _ = library.call(FCNTL, writeFd, F_SETPIPE_SZ, size);
        int granted = library.call(FCNTL, writeFd, F_GETPIPE_SZ, 0);
        return new Pipe(readFd, writeFd, granted);
    }

    /**
     * socket(2): a socket of NETLINK_ROUTE, rtnetlink(7), with SOCK_NONBLOCK and SOCK_CLOEXEC. What is sent on it goes to
     * the kernel.
     *
     * @return the new descriptor, or a negated error number
     */
    public int routeSocket() {
        return library.call(SOCKET, AF_NETLINK, SOCK_RAW | NONBLOCK_CLOEXEC, NETLINK_ROUTE);
    }

    /**
     * getsockopt(2), of an option that is an int.
     *
     * @return the value, or a negated error number
     */
    public int intOption(int fd, int level, int option) {
        int called = option(fd, level, option, Integer.BYTES);
        return called < 0 ? called : answer.get(JAVA_INT, 0);
    }

    /**
     * fcntl(2): closes a descriptor when the process executes another program.
     *
     * @return 0, or a negated error number: there is no such descriptor
     */
    public int setCloseOnExec(int fd) {
        return library.call(FCNTL, fd, F_SETFD, FD_CLOEXEC);
    }

    /**
     * getrlimit(2).
     *
     * @param resource as in sys/resource.h
     * @return the soft limit, {@link Long#MAX_VALUE} for none
     */
    public long resourceLimit(int resource) {
        int called = library.call(GETRLIMIT, resource, answer.address());
        long limit = answer.get(JAVA_LONG, 0);
        return called < 0 || limit < 0 ? Long.MAX_VALUE : limit;
    }
}
