package io.vipgate.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Clients and an endpoint of benchmarks: real sockets over 127.0.0.1 that never block, and allocate nothing, so that what
 * is allocated is the gateway's.
 *
 * <p>Confined to one thread at a time.
 */
public final class Peers implements AutoCloseable {
    /** What calls return when there is nothing yet, or no room. */
    public static final int YIELD = -Errno.EAGAIN;

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int BACKLOG = 4096;
    /** Below the ports that the kernel hands out to clients, as a real endpoint's is. */
    private static final int FIRST_PORT = 18_000;
    private static final int LAST_PORT = 18_999;

    private final LinuxSystemCalls calls = new LinuxSystemCalls();
    private final ListenSocket listenSocket = new ListenSocket();
    private final ClientAddress client = new ClientAddress();
    private final MemorySegment memory = Arena.ofAuto().allocate(BUFFER_BYTES, 4096);
    private final long buffer = memory.address();
    private final int listening;
    private final InetSocketAddress address;

    /** Opens the endpoint's listening socket. */
    public Peers() {
        listening = listen();
        address = new InetSocketAddress(LOOPBACK, listenSocket.port(listening));
    }

    /** Opens a listening socket on 127.0.0.1; whoever gets it closes it. */
    public int listen() {
        ListenSocket.Options options = new ListenSocket.Options(BACKLOG, false, 30, 5, 3, null);
        for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
            try {
                return listenSocket
                        .open(new ListenSocket.Wanted(LOOPBACK, port, options, ListenSocket.Overlap.NONE), 1)
                        .getFirst();
            } catch (ListenSocket.BindException e) {
                if (e.errno() != Errno.EADDRINUSE) {
                    throw new IllegalStateException(e);
                }
            }
        }
        throw new IllegalStateException("no port is free from " + FIRST_PORT + " to " + LAST_PORT);
    }

    /** The address that a listening socket has. */
    public NativeSocketAddress addressOf(int listener) {
        return NativeSocketAddress.of(new InetSocketAddress(LOOPBACK, listenSocket.port(listener)));
    }

    /** Where the endpoint listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Begins to connect a client. */
    public int connect(NativeSocketAddress remote) {
        int fd = check(calls.socket(remote.family()));
        // Else a request would wait for the acknowledgement of the one before.
        check(calls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_NODELAY, 1));
        int result = calls.connect(fd, remote);
        if (result < 0 && result != -Errno.EINPROGRESS) {
            check(result);
        }
        return fd;
    }

    /** Accepts at the endpoint; {@link #YIELD} when nobody is there. */
    public int accept() {
        return checkUnlessAgain(calls.accept(listening, client));
    }

    /** Sends up to so many bytes; how many went, or {@link #YIELD}. */
    public int send(int fd, int bytes) {
        return checkUnlessAgain(calls.send(fd, buffer, Math.min(bytes, BUFFER_BYTES), false));
    }

    /** Sends the last bytes, and FIN in the same segment if all of them went; how many did, or {@link #YIELD}. */
    public int sendLast(int fd, int bytes) {
        int sent = checkUnlessAgain(calls.send(fd, buffer, bytes, true));
        if (sent == bytes) {
            check(calls.shutdownWrite(fd));
        }
        return sent;
    }

    /** Receives what is there; how much, 0 at the end of the stream, or {@link #YIELD}. */
    public int receive(int fd) {
        return checkUnlessAgain(calls.receive(fd, buffer, BUFFER_BYTES));
    }

    /** Closes by FIN if the stream was read to its end. */
    public void close(int fd) {
        check(calls.close(fd));
    }

    /** Closes by RST, which leaves no TIME_WAIT behind. */
    public void reset(int fd) {
        check(calls.setResetOnClose(fd));
        close(fd);
    }

    private static int checkUnlessAgain(int result) {
        return result == YIELD ? result : check(result);
    }

    private static int check(int result) {
        if (result < 0) {
            throw new IllegalStateException(Errno.text(-result));
        }
        return result;
    }

    @Override
    public void close() {
        close(listening);
    }
}
