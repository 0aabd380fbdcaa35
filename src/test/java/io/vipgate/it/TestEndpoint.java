package io.vipgate.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An endpoint that accepts connections and does with each, on a virtual thread, what its kind does. Closing it closes
 * what it accepted.
 *
 * <p>Thread-safe.
 */
abstract class TestEndpoint implements AutoCloseable {
    private static final int BACKLOG = 4096;

    private final ServerSocket server;
    private final Set<Peer> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger failedAccepts = new AtomicInteger();
    private final AtomicInteger present = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();

    /**
     * Listens.
     *
     * @param buffers SO_SNDBUF and SO_RCVBUF of its connections, 0 for the kernel's choice
     */
    TestEndpoint(String address, int buffers) {
        try {
            server = new ServerSocket();
            if (buffers > 0) {
                server.setReceiveBufferSize(buffers);
            }
            server.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0), BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread _ = Thread.ofVirtual().start(() -> acceptAll(buffers));
    }

    TestEndpoint() {
        this("127.0.0.1", 0);
    }

    /** What happens on one connection. Its end closes it; an I/O error means that the other side has gone. */
    abstract void serve(Peer peer) throws IOException;

    private void acceptAll(int buffers) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                accepted.incrementAndGet();
                mostAtOnce.accumulateAndGet(present.incrementAndGet(), Math::max);
                if (buffers > 0) {
                    socket.setSendBufferSize(buffers);
                }
                Peer peer = new Peer(socket);
                open.add(peer);
                Thread _ = Thread.ofVirtual().start(() -> serveAndClose(peer));
            } catch (IOException e) {
                // Closed, or a client that was gone before it was accepted.
                failedAccepts.incrementAndGet();
            }
        }
    }

    private void serveAndClose(Peer peer) {
        try (peer) {
            serve(peer);
        } catch (IOException e) {
            // The other side has gone, which is for the test to judge.
            return;
        } finally {
            open.remove(peer);
            present.decrementAndGet();
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** The address in the configuration's form. */
    String address() {
        InetAddress address = server.getInetAddress();
        return address.getAddress().length == 4
                ? address.getHostAddress() + ":" + port()
                : "\"[" + address.getHostAddress() + "]:" + port() + "\"";
    }

    /** Connections accepted so far. */
    int accepted() {
        return accepted.get();
    }

    /** Most connections that were open at one time. */
    int mostAtOnce() {
        return mostAtOnce.get();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + " on " + address() + ", " + accepted + " accepted, " + failedAccepts
                + " accepts failed";
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Peer peer : open) {
            peer.close();
        }
    }
}
