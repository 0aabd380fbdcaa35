package io.vipgate.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A server that gives back whatever it gets, until the client's FIN.
 *
 * <p>Thread-safe.
 */
final class EchoBackend implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int BUFFER_BYTES = 256 << 10;

    private final ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());

    EchoBackend() throws IOException {}

    /** Begins to accept. */
    void start() {
        Thread.ofPlatform().name("vipgate-echo").daemon().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Thread.ofPlatform().name("vipgate-echo-client").daemon().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void serve(Socket client) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (client) {
            for (int read = client.getInputStream().read(buffer); read >= 0; read = client.getInputStream()
                    .read(buffer)) {
                client.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // A client that is gone wants nothing back.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
