package io.vipgate.net;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * {@link SystemCalls} by downcalls of the foreign function interface. They capture errno and return it negated, where a
 * JNI wrapper would build an exception for each EAGAIN.
 *
 * <p>Confined to one thread: errno and the small answers of a call go through memory of the instance.
 */
public final class LinuxSystemCalls implements SystemCalls {
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_RAW = 3;
    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_MORE = 0x8000;
    private static final int SHUT_WR = 1;
    private static final int SPLICE_F_MOVE_NONBLOCK = 1 | 2;
    private static final long SIOCOUTQ = 0x5411;
    private static final long SIOCINQ = 0x541b;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int F_GETPIPE_SZ = 1032;
    private static final int SOCKADDR_BYTES = 128;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle ACCEPT4 = intCall("accept4", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SOCKET = intCall("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CONNECT = intCall("connect", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle BIND = intCall("bind", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle LISTEN = intCall("listen", JAVA_INT, JAVA_INT);
    private static final MethodHandle SHUTDOWN = intCall("shutdown", JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = intCall("close", JAVA_INT);
    private static final MethodHandle SETSOCKOPT = intCall("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG,
            JAVA_INT);
    private static final MethodHandle GETSOCKOPT = intCall("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG,
            JAVA_LONG);
    private static final MethodHandle GETSOCKNAME = intCall("getsockname", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PIPE2 = intCall("pipe2", JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETRLIMIT = intCall("getrlimit", JAVA_INT, JAVA_LONG);
    private static final MethodHandle RECV = longCall("recv", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SEND = longCall("send", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SPLICE = longCall("splice", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG,
            JAVA_INT);
    private static final MethodHandle FCNTL = variadicCall("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle IOCTL = variadicCall("ioctl", 2, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private final MemorySegment captured = Arena.ofAuto().allocate(CAPTURE);
    private final MemorySegment answer = Arena.ofAuto().allocate(TcpInfo.BYTES + Long.BYTES, 8);
    private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);
    private final MemorySegment sockaddr = Arena.ofAuto().allocate(SOCKADDR_BYTES, 8);

    private static MethodHandle intCall(String name, MemoryLayout... arguments) {
        return bind(name, FunctionDescriptor.of(JAVA_INT, arguments), Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle longCall(String name, MemoryLayout... arguments) {
        return bind(name, FunctionDescriptor.of(JAVA_LONG, arguments), Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadicCall(String name, int fixedArguments, MemoryLayout... arguments) {
        return bind(name, FunctionDescriptor.of(JAVA_INT, arguments), Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixedArguments));
    }

    private static MethodHandle bind(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        MemorySegment symbol = LINKER.defaultLookup().find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError(name + " is not in the C library"));
        return LINKER.downcallHandle(symbol, descriptor, options);
    }

    private int result(int returned) {
        return returned == -1 ? -(int) ERRNO.get(captured, 0L) : returned;
    }

    private int result(long returned) {
        return returned == -1 ? -(int) ERRNO.get(captured, 0L) : (int) returned;
    }

    private static AssertionError unexpected(Throwable t) {
        return new AssertionError("a downcall threw", t);
    }

    @Override
    public int accept(int fd, ClientAddress client) {
        try {
            length.set(JAVA_INT, 0, SOCKADDR_BYTES);
            int accepted = result((int) ACCEPT4.invokeExact(captured, fd, sockaddr.address(), length.address(),
                    NONBLOCK_CLOEXEC));
            if (accepted >= 0) {
                client.read(sockaddr);
            }
            return accepted;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int socket(int family) {
        try {
            return result((int) SOCKET.invokeExact(captured, family, SOCK_STREAM | NONBLOCK_CLOEXEC, 0));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int connect(int fd, NativeSocketAddress remote) {
        try {
            MemorySegment memory = remote.memory();
            return result((int) CONNECT.invokeExact(captured, fd, memory.address(), (int) memory.byteSize()));
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            // Only a number goes to the call: without this the memory could be freed under it.
            Reference.reachabilityFence(remote);
        }
    }

    @Override
    public int bind(int fd, NativeSocketAddress local) {
        try {
            MemorySegment memory = local.memory();
            return result((int) BIND.invokeExact(captured, fd, memory.address(), (int) memory.byteSize()));
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            // Only a number goes to the call: without this the memory could be freed under it.
            Reference.reachabilityFence(local);
        }
    }

    @Override
    public int listen(int fd, int backlog) {
        try {
            return result((int) LISTEN.invokeExact(captured, fd, backlog));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int receive(int fd, long address, int bytes) {
        try {
            return result((long) RECV.invokeExact(captured, fd, address, (long) bytes, 0));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int send(int fd, long address, int bytes, boolean more) {
        try {
            return result((long) SEND.invokeExact(captured, fd, address, (long) bytes,
                    more ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int shutdownWrite(int fd) {
        try {
            return result((int) SHUTDOWN.invokeExact(captured, fd, SHUT_WR));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int close(int fd) {
        try {
            return result((int) CLOSE.invokeExact(captured, fd));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        answer.set(JAVA_INT, 0, value);
        return setFromAnswer(fd, level, option, Integer.BYTES);
    }

    @Override
    public int setResetOnClose(int fd) {
        answer.set(JAVA_INT, 0, 1);
        answer.set(JAVA_INT, Integer.BYTES, 0);
        return setFromAnswer(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_LINGER, 2 * Integer.BYTES);
    }

    private int setFromAnswer(int fd, int level, int option, int bytes) {
        try {
            return result(
                    (int) SETSOCKOPT.invokeExact(captured, fd, level, option, answer.address(), bytes));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private int option(int fd, int level, int option, int bytesOfAnswer) {
        try {
            length.set(JAVA_INT, 0, bytesOfAnswer);
            return result((int) GETSOCKOPT.invokeExact(captured, fd, level, option, answer.address(),
                    length.address()));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int socketError(int fd) {
        int called = option(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR, Integer.BYTES);
        return called < 0 ? called : answer.get(JAVA_INT, 0);
    }

    @Override
    public int localAddress(int fd, ClientAddress local) {
        try {
            length.set(JAVA_INT, 0, SOCKADDR_BYTES);
            int called = result((int) GETSOCKNAME.invokeExact(captured, fd, sockaddr.address(), length.address()));
            if (called == 0) {
                local.read(sockaddr);
            }
            return called;
        } catch (Throwable t) {
            throw unexpected(t);
        }
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
        try {
            int called = result((int) IOCTL.invokeExact(captured, fd, request, answer.address()));
            return called < 0 ? called : answer.get(JAVA_INT, 0);
        } catch (Throwable t) {
            throw unexpected(t);
        }
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
        try {
            return result((long) SPLICE.invokeExact(captured, from, 0L, to, 0L, (long) bytes,
                    SPLICE_F_MOVE_NONBLOCK));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public @Nullable Pipe openPipe(int size) {
        try {
            int called = result((int) PIPE2.invokeExact(captured, answer.address(), NONBLOCK_CLOEXEC));
            if (called < 0) {
                return null;
            }
            int readFd = answer.get(JAVA_INT, 0);
            int writeFd = answer.get(JAVA_INT, Integer.BYTES);
            // Refused above pipe-max-size or the user's quota; what was granted is read back.
            int _ = result((int) FCNTL.invokeExact(captured, writeFd, F_SETPIPE_SZ, (long) size));
            int granted = result((int) FCNTL.invokeExact(captured, writeFd, F_GETPIPE_SZ, 0L));
            return new Pipe(readFd, writeFd, granted);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * socket(2): a socket of NETLINK_ROUTE, rtnetlink(7), with SOCK_NONBLOCK and SOCK_CLOEXEC. What is sent on it goes to
     * the kernel.
     *
     * @return the new descriptor, or a negated error number
     */
    int routeSocket() {
        try {
            return result((int) SOCKET.invokeExact(captured, AF_NETLINK, SOCK_RAW | NONBLOCK_CLOEXEC, NETLINK_ROUTE));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * getrlimit(2).
     *
     * @param resource as in sys/resource.h
     * @return the soft limit, {@link Long#MAX_VALUE} for none
     */
    public long resourceLimit(int resource) {
        try {
            int called = result((int) GETRLIMIT.invokeExact(captured, resource, answer.address()));
            long limit = answer.get(JAVA_LONG, 0);
            return called < 0 || limit < 0 ? Long.MAX_VALUE : limit;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }
}
