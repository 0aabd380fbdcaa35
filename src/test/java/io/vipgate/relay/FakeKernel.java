package io.vipgate.relay;

import io.vipgate.eventloop.EventLoop;
import io.vipgate.eventloop.Ready;
import io.vipgate.eventloop.ReadyHandler;
import io.vipgate.eventloop.Registration;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.Errno;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.Pipe;
import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.SystemCalls;
import io.vipgate.linux.TcpInfo;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The kernel and the event loop of a test: sockets that are byte queues, edge-triggered events, and a clock that the test
 * moves. Follows Linux where a relay depends on it: bytes received before a reset can still be read, an error is returned
 * once and the end of the stream after it, close with unread bytes resets.
 */
final class FakeKernel implements SystemCalls, EventLoop {
    /** How a connect goes. */
    enum Connect {
        PENDING, AT_ONCE, REFUSED, NO_ADDRESS
    }

    /** One end of a connection: what the relay has of it, and what its peer does and sees. */
    final class Socket {
        final int fd = nextFd++;
        private final ArrayDeque<Byte> incoming = new ArrayDeque<>();
        private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        private boolean isConnecting;
        private boolean hasPeerFin;
        private int error;
        private boolean isDead;
        private boolean isUrgent;
        private boolean isOutputBlocked;
        private boolean isEdge;
        private boolean isCorked;
        private int room = 1 << 20;
        private int watched;
        private @Nullable ReadyHandler handler;
        @Nullable
        NativeSocketAddress remote;
        @Nullable
        NativeSocketAddress local;
        /** Bytes the peer has not acknowledged; a test sets it. */
        int unacknowledged;
        int windowProbes;
        int window = 65_536;
        int lastAckMillis;
        boolean hasFin;
        boolean isReset;
        boolean isClosed;
        private boolean resetsOnClose;
        final Map<Integer, Integer> tcpOptions = new HashMap<>();
        final List<String> calls = new ArrayList<>();

        /** The peer accepts the connect. */
        void accept() {
            isConnecting = false;
            isEdge = true;
        }

        /** The connect fails, or the connection is lost. */
        void fail(int errno) {
            isConnecting = false;
            isDead = true;
            error = errno;
            isEdge = true;
        }

        void peerSends(byte[] bytes) {
            for (byte each : bytes) {
                incoming.addLast(each);
            }
            // What arrives where it is not watched for wakes nobody, whatever else is ready.
            isEdge |= (watched & Ready.IN) != 0;
        }

        void peerSendsUrgent() {
            isUrgent = true;
            isEdge = true;
        }

        void peerFin() {
            hasPeerFin = true;
            isEdge = true;
        }

        void peerResets() {
            fail(Errno.ECONNRESET);
        }

        /** Limits how many more bytes the send queue takes. */
        void room(int bytes) {
            room = bytes;
            if (isOutputBlocked && room > 0) {
                isOutputBlocked = false;
                isEdge = true;
            }
        }

        /** Everything the peer has got. */
        byte[] arrived() {
            return arrived.toByteArray();
        }

        int unreadBytes() {
            return incoming.size();
        }

        boolean isCorked() {
            return isCorked;
        }

        private int events() {
            int events = 0;
            if (!incoming.isEmpty() || hasPeerFin || isDead) {
                events |= Ready.IN;
            }
            if (hasPeerFin || isDead) {
                events |= Ready.RDHUP;
            }
            if (!isConnecting && (room > 0 || isDead)) {
                events |= Ready.OUT;
            }
            if (error != 0) {
                events |= Ready.ERR;
            }
            if (isDead || (hasPeerFin && hasFin)) {
                events |= Ready.HUP;
            }
            if (isUrgent) {
                events |= Ready.PRI;
            }
            return events;
        }
    }

    private record Task(long due, long order, Runnable action) {}

    private static final class FakePipe {
        final ArrayDeque<Byte> bytes = new ArrayDeque<>();
        final Pipe pipe;

        FakePipe(Pipe pipe) {
            this.pipe = pipe;
        }
    }

    private final Map<Integer, Socket> sockets = new TreeMap<>();
    private final Map<Integer, FakePipe> pipes = new HashMap<>();
    private final ArrayDeque<Socket> queue = new ArrayDeque<>();
    private final ArrayDeque<Connect> plans = new ArrayDeque<>();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            Comparator.comparingLong(Task::due).thenComparingLong(Task::order));
    private final ArrayDeque<Runnable> nextBatch = new ArrayDeque<>();
    private final ArrayDeque<Socket> closing = new ArrayDeque<>();
    /** How often it was asked what a peer has not acknowledged. */
    int queuesAsked;
    /** Sockets towards endpoints, in the order they were made. */
    final List<Socket> dialled = new ArrayList<>();
    final Socket listening;
    private int nextFd = 3;
    private long now = 1_000_000_000L;
    private long order;
    private boolean inBatch;
    int acceptError;
    int accepts;
    int mostPipes = 16;
    int pipeCapacity = 1 << 20;
    boolean refusesToWatch;
    private int receives;
    private int splices;
    private int told;

    FakeKernel() {
        listening = new Socket();
        sockets.put(listening.fd, listening);
    }

    // ---- what a test does ----

    /** A client connects; it is in the accept queue. */
    Socket client() {
        Socket client = new Socket();
        sockets.put(client.fd, client);
        queue.addLast(client);
        listening.isEdge = true;
        return client;
    }

    /** The next connects go like this; {@link Connect#PENDING} when there is no plan. */
    void plan(Connect... next) {
        plans.addAll(List.of(next));
    }

    /** One batch of events, and the tasks due now. */
    void batch() {
        int putOff = nextBatch.size();
        inBatch = true;
        for (Socket socket : List.copyOf(sockets.values())) {
            boolean isLevel = socket == listening && !queue.isEmpty() && (socket.watched & Ready.IN) != 0;
            if (socket.handler != null && (socket.isEdge || isLevel)) {
                socket.isEdge = false;
                int events = socket == listening ? Ready.IN : socket.events();
                if ((events & (socket.watched | Ready.ERR | Ready.HUP)) != 0) {
                    told++;
                    socket.handler.onReady(events & (socket.watched | Ready.ERR | Ready.HUP));
                }
            }
        }
        for (; putOff > 0; putOff--) {
            nextBatch.removeFirst().run();
        }
        inBatch = false;
        closing.forEach(socket -> close(socket.fd));
        closing.clear();
        runTasks();
    }

    /** Events that were passed on so far. */
    int told() {
        return told;
    }

    /** Batches until nothing happens any more. */
    void settle() {
        for (int i = 0; i < 10_000; i++) {
            batch();
            boolean isAccepting = !queue.isEmpty() && (listening.watched & Ready.IN) != 0;
            if (nextBatch.isEmpty() && !isAccepting && sockets.values().stream().noneMatch(s -> s.isEdge)) {
                return;
            }
        }
        throw new AssertionError("it never settles: a loop that spins");
    }

    /** Lets time pass, with its timers. */
    void pass(long nanos) {
        long end = now + nanos;
        while (!tasks.isEmpty() && tasks.peek().due <= end) {
            now = Math.max(now, tasks.peek().due);
            runTasks();
            settle();
        }
        now = end;
        settle();
    }

    private void runTasks() {
        while (!tasks.isEmpty() && tasks.peek().due <= now) {
            tasks.remove().action.run();
        }
    }

    int openSockets() {
        return sockets.size() - 1;
    }

    int receives() {
        return receives;
    }

    int splices() {
        return splices;
    }

    /** Bytes that lie in pipes. */
    int bytesInPipes() {
        return pipes.values().stream().mapToInt(pipe -> pipe.bytes.size()).sum() / 2;
    }

    // ---- event loop ----

    @Override
    public boolean inEventLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, 0);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        tasks.add(new Task(now + delayNanos, order++, task));
    }

    @Override
    public void executeAfterNextBatch(Runnable task) {
        nextBatch.addLast(task);
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public SystemCalls systemCalls() {
        return this;
    }

    @Override
    public Registration register(int fd, int events, ReadyHandler handler) {
        if (refusesToWatch) {
            throw new UncheckedIOException(new java.io.IOException("no space left"));
        }
        Socket socket = socketOf(fd);
        socket.watched = events;
        socket.handler = handler;
        socket.isEdge = socket.events() != 0;
        return new Registration() {
            @Override
            public int descriptor() {
                return fd;
            }

            @Override
            public void watch(int newEvents) {
                socket.watched = newEvents;
                // epoll_ctl(2) looks at what is ready at once.
                socket.isEdge |= (socket.events() & (newEvents | Ready.ERR | Ready.HUP)) != 0;
            }

            @Override
            public void close() {
                if (inBatch) {
                    closing.addLast(socket);
                } else {
                    FakeKernel.this.close(fd);
                }
            }
        };
    }

    private Socket socketOf(int fd) {
        Socket socket = sockets.get(fd);
        if (socket == null) {
            throw new AssertionError("descriptor " + fd + " is not open");
        }
        return socket;
    }

    // ---- system calls ----

    @Override
    public int accept(int fd, ClientAddress client) {
        accepts++;
        if (acceptError != 0) {
            return -acceptError;
        }
        Socket socket = queue.pollFirst();
        if (socket == null) {
            return -Errno.EAGAIN;
        }
        client.set(InetAddress.ofLiteral("198.51.100.7"), 40_000);
        return socket.fd;
    }

    @Override
    public int socket(int family) {
        Socket socket = new Socket();
        sockets.put(socket.fd, socket);
        dialled.add(socket);
        return socket.fd;
    }

    @Override
    public int connect(int fd, NativeSocketAddress remote) {
        Socket socket = socketOf(fd);
        socket.remote = remote;
        Connect plan = plans.isEmpty() ? Connect.PENDING : plans.removeFirst();
        return switch (plan) {
            case PENDING -> {
                socket.isConnecting = true;
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
    public int listen(int fd, int backlog) {
        return 0;
    }

    @Override
    public int receive(int fd, long address, int length) {
        receives++;
        Socket socket = socketOf(fd);
        socket.calls.add("receive");
        if (socket.isConnecting) {
            throw new AssertionError("a read while connecting");
        }
        int read = Math.min(length, socket.incoming.size());
        if (read > 0) {
            MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(length);
            for (int i = 0; i < read; i++) {
                memory.set(ValueLayout.JAVA_BYTE, i, socket.incoming.removeFirst());
            }
            return read;
        }
        if (socket.isUrgent) {
            socket.isUrgent = false;
            return -Errno.EAGAIN;
        }
        return nothing(socket);
    }

    /** What a read says when there are no bytes: FIN before error, the error once, then the end. */
    private static int nothing(Socket socket) {
        if (socket.hasPeerFin) {
            return 0;
        }
        if (socket.error != 0) {
            int error = socket.error;
            socket.error = 0;
            return -error;
        }
        return socket.isDead ? 0 : -Errno.EAGAIN;
    }

    @Override
    public int send(int fd, long address, int length, boolean more) {
        Socket socket = socketOf(fd);
        socket.calls.add(more ? "send+more" : "send");
        if (socket.isConnecting || socket.hasFin) {
            throw new AssertionError("a write to a socket that is connecting or shut");
        }
        int taken = take(socket, length);
        if (taken > 0) {
            byte[] bytes = MemorySegment.ofAddress(address).reinterpret(length).asSlice(0, taken)
                    .toArray(ValueLayout.JAVA_BYTE);
            socket.arrived.writeBytes(bytes);
            socket.isCorked = more;
        }
        return taken;
    }

    private static int take(Socket socket, int length) {
        if (socket.isDead) {
            socket.error = 0;
            return -Errno.EPIPE;
        }
        int taken = Math.min(length, socket.room);
        if (taken < length) {
            socket.isOutputBlocked = true;
        }
        if (taken == 0) {
            return -Errno.EAGAIN;
        }
        socket.room -= taken;
        return taken;
    }

    @Override
    public int shutdownWrite(int fd) {
        Socket socket = socketOf(fd);
        socket.calls.add("shutdown");
        if (socket.isDead) {
            return -Errno.ENOTCONN;
        }
        socket.hasFin = true;
        socket.isCorked = false;
        return 0;
    }

    @Override
    public int close(int fd) {
        FakePipe pipe = pipes.remove(fd);
        if (pipe != null) {
            return 0;
        }
        Socket socket = socketOf(fd);
        socket.calls.add("close");
        sockets.remove(fd);
        socket.isClosed = true;
        socket.isCorked = false;
        socket.handler = null;
        if (!socket.isDead) {
            socket.isReset = socket.resetsOnClose || !socket.incoming.isEmpty();
            socket.hasFin |= !socket.isReset;
        }
        return 0;
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        Socket socket = socketOf(fd);
        if (level == SocketOptions.SOL_TCP) {
            socket.tcpOptions.put(option, value);
        }
        return 0;
    }

    @Override
    public int setResetOnClose(int fd) {
        socketOf(fd).resetsOnClose = true;
        return 0;
    }

    @Override
    public int socketError(int fd) {
        Socket socket = socketOf(fd);
        int error = socket.error;
        socket.error = 0;
        return error;
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
        return socketOf(fd).unreadBytes();
    }

    @Override
    public int tcpInfo(int fd, TcpInfo info) {
        Socket socket = socketOf(fd);
        info.set(socket.windowProbes, 1, socket.lastAckMillis, socket.lastAckMillis, 0, socket.window);
        return 0;
    }

    @Override
    public int splice(int from, int to, int length) {
        splices++;
        FakePipe target = pipes.get(to);
        if (target != null) {
            Socket source = socketOf(from);
            if (source.incoming.isEmpty()) {
                return nothing(source);
            }
            int moved = Math.min(Math.min(length, source.incoming.size()),
                    target.pipe.capacity() - target.bytes.size());
            for (int i = 0; i < moved; i++) {
                target.bytes.addLast(source.incoming.removeFirst());
            }
            return moved == 0 ? -Errno.EAGAIN : moved;
        }
        FakePipe source = pipes.get(from);
        if (source == null) {
            throw new AssertionError("descriptor " + from + " is no pipe");
        }
        Socket socket = socketOf(to);
        int moved = take(socket, Math.min(length, source.bytes.size()));
        for (int i = 0; i < moved; i++) {
            socket.arrived.write(source.bytes.removeFirst());
        }
        return moved;
    }

    @Override
    public @Nullable Pipe openPipe(int size) {
        if (pipes.size() / 2 >= mostPipes) {
            return null;
        }
        Pipe pipe = new Pipe(nextFd++, nextFd++, Math.min(size, pipeCapacity));
        FakePipe fake = new FakePipe(pipe);
        pipes.put(pipe.readFd(), fake);
        pipes.put(pipe.writeFd(), fake);
        return pipe;
    }
}
