package io.vipgate.relay;

import io.vipgate.eventloop.FakeEventLoop;
import io.vipgate.eventloop.Ready;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.CongestionControl;
import io.vipgate.linux.Errno;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.Pipe;
import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.SystemCalls;
import io.vipgate.linux.TcpInfo;
import io.vipgate.text.IpText;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The kernel of a test: a listening socket with its queue, {@link FakeSocket sockets} that are byte queues,
 * {@link FakePipe pipes}, edge-triggered events for its {@link FakeEventLoop}, and a clock that the test moves.
 */
final class FakeKernel implements SystemCalls, FakeEventLoop.Readiness {
    /** How a connect goes. */
    enum Connect {
        PENDING, AT_ONCE, REFUSED, NO_ADDRESS
    }

    private final Map<Integer, FakeSocket> sockets = new TreeMap<>();
    private final Map<Integer, FakePipe> pipes = new HashMap<>();
    private final ArrayDeque<FakeSocket> queue = new ArrayDeque<>();
    private final ArrayDeque<Connect> plans = new ArrayDeque<>();
    /** The loop that watches its sockets. */
    final FakeEventLoop loop = new FakeEventLoop(this, this, 1_000_000_000L);
    private final Map<Integer, CongestionControl> congestion = new HashMap<>();
    /** Sockets towards endpoints, in the order they were made. */
    final List<FakeSocket> dialled = new ArrayList<>();
    final FakeSocket listening;
    /** How often it was asked what a peer has not acknowledged. */
    int queuesAsked;
    int acceptError;
    /** Options that this process may not set. */
    final Set<Integer> refusedOptions = new HashSet<>();
    /** Called when a client is asked for. */
    Runnable onAccept = () -> {};
    int accepts;
    int maxPipes = 16;
    private int nextFd = 3;
    private int receives;
    private Consumer<String> beforeCall = _ -> {};
    private int splices;
    private int told;

    FakeKernel() {
        listening = open();
        listening.setOption(SocketOptions.SOL_SOCKET, SocketOptions.SO_OOBINLINE, 1);
    }

    private FakeSocket open() {
        FakeSocket socket = new FakeSocket(nextFd++);
        sockets.put(socket.fd, socket);
        return socket;
    }

    // ---- what a test does ----

    /** A client connects; it is in the accept queue. */
    FakeSocket client() {
        FakeSocket client = open();
        client.acceptedFrom(listening);
        queue.addLast(client);
        listening.raiseEdge();
        return client;
    }

    /** The next connects go like this; {@link Connect#PENDING} when there is no plan. */
    void plan(Connect... next) {
        plans.addAll(List.of(next));
    }

    /** One batch of events, and the tasks due now. */
    void batch() {
        loop.runBatch();
    }

    /** Events that were passed on so far. */
    int told() {
        return told;
    }

    /** Batches until nothing happens any more. */
    void settle() {
        for (int i = 0; i < 10_000; i++) {
            batch();
            if (loop.putOff() == 0 && !isAccepting() && sockets.values().stream().noneMatch(FakeSocket::isEdge)) {
                return;
            }
        }
        throw new AssertionError("it never settles: a loop that spins");
    }

    /** Lets time pass, with its timers; what has happened before is seen at once. */
    void pass(long nanos) {
        settle();
        long end = loop.now() + nanos;
        for (long next = loop.untilNextTask(); next <= end - loop.now(); next = loop.untilNextTask()) {
            loop.advance(next);
            settle();
        }
        loop.advance(end - loop.now());
        settle();
    }

    int openSockets() {
        return sockets.size() - 1;
    }

    /** Something that happens before a system call that moves bytes or ends a stream; it is given the call's name. */
    void beforeCall(Consumer<String> action) {
        beforeCall = action;
    }

    int receives() {
        return receives;
    }

    int splices() {
        return splices;
    }

    /** Bytes that lie in pipes. */
    int bytesInPipes() {
        return pipes.values().stream().mapToInt(FakePipe::size).sum() / 2;
    }

    // ---- readiness ----

    @Override
    public void onWatched(int descriptor, int events) {
        socketOf(descriptor).watch(events);
    }

    @Override
    public int takeReady(int descriptor, int events) {
        FakeSocket socket = sockets.get(descriptor);
        if (socket == null) {
            return 0;
        }
        int ready = socket.takeEdge();
        if (socket == listening) {
            // Level-triggered, the one socket that is.
            ready = isAccepting() ? Ready.IN : 0;
        }
        if (ready != 0) {
            told++;
        }
        return ready;
    }

    private boolean isAccepting() {
        return !queue.isEmpty() && listening.isWatchedFor(Ready.IN);
    }

    private FakeSocket socketOf(int fd) {
        FakeSocket socket = sockets.get(fd);
        if (socket == null) {
            throw new AssertionError("descriptor " + fd + " is not open");
        }
        return socket;
    }

    // ---- system calls ----

    @Override
    public int accept(int fd, ClientAddress client) {
        accepts++;
        onAccept.run();
        if (acceptError != 0) {
            return -acceptError;
        }
        FakeSocket socket = queue.pollFirst();
        if (socket == null) {
            return -Errno.EAGAIN;
        }
        client.set(InetAddress.ofLiteral(socket.peer), 40_000);
        return socket.fd;
    }

    @Override
    public int socket(int family) {
        FakeSocket socket = open();
        dialled.add(socket);
        return socket.fd;
    }

    @Override
    public int connect(int fd, NativeSocketAddress remote) {
        FakeSocket socket = socketOf(fd);
        socket.remote = remote;
        Connect plan = plans.isEmpty() ? Connect.PENDING : plans.removeFirst();
        return switch (plan) {
            case PENDING -> {
                socket.connecting();
                yield -Errno.EINPROGRESS;
            }
            case AT_ONCE -> 0;
            case REFUSED -> -Errno.ECONNREFUSED;
            case NO_ADDRESS -> -Errno.EADDRNOTAVAIL;
        };
    }

    @Override
    public int bind(int fd, NativeSocketAddress local) {
        socketOf(fd).local = local;
        return 0;
    }

    @Override
    public int bind(int fd, int family, ClientAddress local) {
        FakeSocket socket = socketOf(fd);
        socket.boundTo = IpText.of(ClientAddress.toInetAddress(local.high(), local.low()));
        return 0;
    }

    @Override
    public int listen(int fd, int backlog) {
        return 0;
    }

    @Override
    public int receive(int fd, long address, int length) {
        receives++;
        beforeCall.accept("receive");
        return socketOf(fd).receive(address, length);
    }

    @Override
    public int peek(int fd, long address, int length) {
        beforeCall.accept("peek");
        return socketOf(fd).peek(address, length);
    }

    @Override
    public int send(int fd, long address, int length, boolean more) {
        beforeCall.accept("send");
        return socketOf(fd).send(address, length, more);
    }

    @Override
    public int shutdownWrite(int fd) {
        beforeCall.accept("shutdown");
        return socketOf(fd).shutdownWrite();
    }

    @Override
    public int close(int fd) {
        if (pipes.remove(fd) == null) {
            socketOf(fd).close();
            sockets.remove(fd);
        }
        return 0;
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        beforeCall.accept("setOption");
        if (refusedOptions.contains(option)) {
            return -Errno.EPERM;
        }
        socketOf(fd).setOption(level, option, value);
        return 0;
    }

    @Override
    public int setCongestion(int fd, CongestionControl algorithm) {
        congestion.put(fd, algorithm);
        return 0;
    }

    @Override
    public Optional<CongestionControl> congestion(int fd) {
        return Optional.ofNullable(congestion.get(fd));
    }

    @Override
    public int setResetOnClose(int fd) {
        socketOf(fd).resetOnClose();
        return 0;
    }

    @Override
    public int ignoreNewClients(int fd) {
        return 0;
    }

    @Override
    public int socketError(int fd) {
        return socketOf(fd).takeError();
    }

    @Override
    public int localAddress(int fd, ClientAddress local) {
        local.set(InetAddress.ofLiteral("192.0.2.1"), 50_000);
        return 0;
    }

    @Override
    public int unacknowledged(int fd) {
        queuesAsked++;
        return socketOf(fd).unacknowledged;
    }

    @Override
    public int unread(int fd) {
        FakeSocket socket = socketOf(fd);
        return socket.isUrgentInline() ? socket.unreadBytes() : socket.bytesToMark();
    }

    @Override
    public int tcpInfo(int fd, TcpInfo info) {
        beforeCall.accept("tcpInfo");
        FakeSocket socket = socketOf(fd);
        info.set(socket.windowProbes, 1, socket.lastAckMillis, socket.lastAckMillis, 0, socket.window);
        info.setMinRttMicros(socket.minRttMicros);
        return 0;
    }

    @Override
    public int splice(int from, int to, int length) {
        splices++;
        beforeCall.accept("splice");
        FakePipe target = pipes.get(to);
        if (target != null) {
            return target.fill(socketOf(from), length);
        }
        FakePipe source = pipes.get(from);
        if (source == null) {
            throw new AssertionError("descriptor " + from + " is no pipe");
        }
        return source.drain(socketOf(to), length);
    }

    @Override
    public @Nullable Pipe openPipe(int size) {
        if (pipes.size() / 2 >= maxPipes) {
            return null;
        }
        Pipe pipe = new Pipe(nextFd++, nextFd++, Math.min(size, 1 << 20));
        FakePipe fake = new FakePipe(pipe);
        pipes.put(pipe.readFd(), fake);
        pipes.put(pipe.writeFd(), fake);
        return pipe;
    }
}
