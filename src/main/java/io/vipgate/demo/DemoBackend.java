package io.vipgate.demo;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A web server that answers every request with its name. Stopped, it refuses connections; started again, it has the
 * same port.
 *
 * <p>Thread-safe.
 */
final class DemoBackend implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int STOP_SECONDS = 1;

    private final String name;
    private final byte[] body;
    private int port;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService executor;

    private DemoBackend(String name) {
        this.name = name;
        body = (name + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Makes a backend that runs, on a port of its own choice.
     *
     * @throws IOException if there is no port
     */
    static DemoBackend running(String name) throws IOException {
        DemoBackend backend = new DemoBackend(name);
        backend.start();
        return backend;
    }

    String name() {
        return name;
    }

    synchronized int port() {
        return port;
    }

    synchronized boolean isRunning() {
        return server != null;
    }

    /** Starts it; does nothing when it runs. */
    synchronized void start() throws IOException {
        if (server != null) {
            return;
        }
        HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        started.setExecutor(threads);
        started.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.getResponseHeaders().set("Content-Type", "text/plain");
                exchange.sendResponseHeaders(200, body.length);
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
        });
        started.start();
        port = started.getAddress().getPort();
        server = started;
        executor = threads;
    }

    /** Stops it, once the requests under way are answered; does nothing when it is stopped. */
    synchronized void stop() {
        if (server != null) {
            server.stop(STOP_SECONDS);
            server = null;
        }
        if (executor != null) {
            executor.shutdownNow();
            executor = null;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
