package io.vipgate.demo;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A gateway's work in some seconds: short connections, kept ones, streams both ways, a reload. For a JVM that records what it
 * loads meanwhile (JEP 514), so that a gateway that starts with this record is fast at once. A JVM with a record loads all of
 * it, and keeps it: what a gateway may never be asked for, scrapes and the page, is not in it.
 *
 * <p>Everything is on loopback, at ports that were free. Confined to the main thread, but for its clients.
 */
public final class Training implements AutoCloseable {
    private static final int SHORT_CLIENTS = 3;
    private static final int MAX_WAIT_MILLIS = 5_000;
    private static final int STREAM_BYTES = 8 << 20;
    private static final int START_TRIES = 200;
    private static final byte[] REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final EchoBackend first = new EchoBackend();
    private final EchoBackend second = new EchoBackend();
    private final EchoBackend echo = new EchoBackend();
    private final int webPort;
    private final int echoPort;
    private final Path directory = Files.createTempDirectory("vipgate-training");
    private final Path configuration = directory.resolve("gateway.yaml");
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private volatile boolean isOver;

    /**
     * Starts the backends and writes a configuration for the gateway.
     *
     * @throws IOException if there is no port or no directory for them
     */
    public Training() throws IOException {
        List<Integer> ports = freePorts(4);
        webPort = ports.get(0);
        echoPort = ports.get(1);
        // %s for numbers too: %d asks for the digits of the language, and all its data would be in the record.
        Files.writeString(configuration, """
                listeners:
                  web: { bind: 127.0.0.1:%s, pool: nginx }
                  echo: { bind: 127.0.0.1:%s, pool: echo }
                pools:
                  nginx:
                    endpoints: { nginx-1: 127.0.0.1:%s, nginx-2: 127.0.0.1:%s }
                  echo:
                    endpoints: { echo: 127.0.0.1:%s }
                metrics: { bind: 127.0.0.1:%s }
                admin: { bind: 127.0.0.1:%s, tokenFile: "%s" }
                shutdown: { drain: 1s }
                """.formatted(webPort, echoPort, first.port(), second.port(), echo.port(), ports.get(2), ports.get(3),
                directory.resolve("token")));
    }

    /** What the gateway is to be started with. */
    public Path configuration() {
        return configuration;
    }

    /**
     * Waits for the gateway, works it, and ends it, on threads of their own.
     *
     * @param length how long it works
     * @param reload has the gateway read its file again
     * @param stop ends the gateway
     */
    public void begin(Duration length, Runnable reload, Runnable stop) {
        first.start();
        second.start();
        echo.start();
        Thread.ofPlatform().name("vipgate-training").daemon().start(() -> {
            try {
                awaitGateway();
                List<Thread> clients = new ArrayList<>();
                for (int i = 0; i < SHORT_CLIENTS; i++) {
                    clients.add(client(() -> ask(webPort)));
                }
                clients.add(client(this::keep));
                clients.add(client(this::stream));
                Thread.sleep(length.dividedBy(2));
                reload.run();
                Thread.sleep(length.dividedBy(2));
                isOver = true;
                for (Thread client : clients) {
                    client.join(MAX_WAIT_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                stop.run();
            }
        });
    }

    /** Connections and streams that went well. */
    public int done() {
        return done.get();
    }

    /** Those that did not. */
    public int failed() {
        return failed.get();
    }

    private void awaitGateway() throws InterruptedException {
        for (int i = 0; i < START_TRIES; i++) {
            try {
                ask(webPort);
                return;
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
    }

    private interface Work {
        void go() throws IOException;
    }

    private Thread client(Work work) {
        return Thread.ofPlatform().name("vipgate-training-client").daemon().start(() -> {
            while (!isOver) {
                try {
                    work.go();
                    done.incrementAndGet();
                } catch (IOException e) {
                    failed.incrementAndGet();
                }
            }
        });
    }

    /** One request, one answer, and the server ends. */
    private static void ask(int port) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(REQUEST);
            socket.shutdownOutput();
            if (socket.getInputStream().readAllBytes().length == 0) {
                throw new IOException("no answer");
            }
        }
    }

    /** Many small requests on one connection. */
    private void keep() throws IOException {
        try (Socket socket = connect(echoPort)) {
            byte[] request = new byte[100];
            for (int i = 0; i < 1_000 && !isOver; i++) {
                socket.getOutputStream().write(request);
                receive(socket.getInputStream(), request, request.length);
            }
        }
    }

    /** Much at once, both ways. */
    private void stream() throws IOException {
        try (Socket socket = connect(echoPort)) {
            Thread sender = Thread.ofPlatform().daemon().start(() -> {
                try {
                    socket.getOutputStream().write(new byte[STREAM_BYTES]);
                } catch (IOException e) {
                    failed.incrementAndGet();
                }
            });
            receive(socket.getInputStream(), new byte[64 << 10], STREAM_BYTES);
            sender.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void receive(InputStream in, byte[] buffer, int bytes) throws IOException {
        for (int left = bytes; left > 0;) {
            int read = in.read(buffer, 0, Math.min(left, buffer.length));
            if (read < 0) {
                throw new IOException("the stream has ended " + left + " bytes early");
            }
            left -= read;
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(MAX_WAIT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), MAX_WAIT_MILLIS);
        return socket;
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        first.close();
        second.close();
        echo.close();
        for (String name : List.of("gateway.yaml", "token")) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.deleteIfExists(directory);
    }
}
