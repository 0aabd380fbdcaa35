package io.vipgate.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Answers each connection with one letter and closes it, and can be stopped and started again on the same port. Stopped,
 * it refuses; what it was about to answer is answered.
 *
 * <p>Thread-safe.
 */
final class SwitchedEndpoint implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int CONNECT_MILLIS = 500;

    private final char letter;
    private final AtomicInteger failedAccepts = new AtomicInteger();
    private int port;
    private @Nullable ServerSocket server;

    SwitchedEndpoint(char letter) {
        this.letter = letter;
        start();
    }

    synchronized int port() {
        return port;
    }

    synchronized String address() {
        return "127.0.0.1:" + port;
    }

    synchronized void start() {
        try {
            ServerSocket opened = new ServerSocket();
            opened.setReuseAddress(true);
            opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
            port = opened.getLocalPort();
            server = opened;
            // Of the platform: a close ends its accept for certain, and at once.
            Thread _ = Thread.ofPlatform().daemon().start(() -> acceptAll(opened));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void acceptAll(ServerSocket opened) {
        while (!opened.isClosed()) {
            try {
                Socket socket = opened.accept();
                Thread _ = Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException e) {
                // Closed, or a client that was gone before it was accepted.
                failedAccepts.incrementAndGet();
            }
        }
    }

    private void answer(Socket socket) {
        try (Peer peer = new Peer(socket)) {
            peer.send(String.valueOf(letter));
            peer.fin();
            byte[] _ = peer.receiveAll();
        } catch (IOException e) {
            // A probe, or a client that has gone; what clients get is for the test to judge.
            return;
        }
    }

    /**
     * Refuses from now on. Whoever is in the accept queue is reset, as when a process dies. Returns when it does refuse: the
     * JDK closes the socket only when the thread that waits in accept has noticed. A connect that comes before that waits in
     * the queue, which must not fill up.
     */
    synchronized void stop() {
        if (server != null) {
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            server = null;
            Await.until("it refuses", Duration.ofSeconds(5), this::isRefusing);
        }
    }

    private boolean isRefusing() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return false;
        } catch (SocketTimeoutException e) {
            // Neither yes nor no.
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
