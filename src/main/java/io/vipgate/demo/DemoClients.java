package io.vipgate.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Clients of the demo's gateway, for whoever has no second terminal: so many requests a second, a connection for each, and who
 * answered them.
 *
 * <p>Thread-safe.
 */
final class DemoClients implements AutoCloseable {
    private static final int PER_SECOND = 20;
    private static final int PATIENCE_MILLIS = 5_000;
    private static final byte[] REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final InetSocketAddress gateway;
    private final Map<String, Long> answered = new TreeMap<>();
    private long failed;
    private @Nullable Thread asking;

    DemoClients(int port) {
        gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Begins to ask; does nothing when that has begun. */
    synchronized void start() {
        if (asking == null) {
            asking = Thread.ofVirtual().name("vipgate-demo-clients").start(this::askOn);
        }
    }

    /** Asks no more. */
    synchronized void stop() {
        if (asking != null) {
            asking.interrupt();
            asking = null;
        }
    }

    private void askOn() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                count(ask());
                Thread.sleep(1000 / PER_SECOND);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Who answers; {@code null} if nobody does. */
    private @Nullable String ask() {
        try (Socket socket = new Socket()) {
            socket.connect(gateway, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(REQUEST);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            int end = answer.indexOf("\r\n\r\n");
            return end < 0 ? null : answer.substring(end).strip();
        } catch (IOException e) {
            return null;
        }
    }

    private synchronized void count(@Nullable String name) {
        if (!Thread.currentThread().equals(asking)) {
            // An answer that was given up half way is no failure.
            return;
        }
        if (name == null) {
            failed++;
        } else {
            answered.merge(name, 1L, Long::sum);
        }
    }

    /**
     * What the clients have got.
     *
     * @param answered how often, by who answered
     */
    record Report(boolean running, int perSecond, Map<String, Long> answered, long failed) {}

    synchronized Report report() {
        return new Report(asking != null, PER_SECOND, new LinkedHashMap<>(answered), failed);
    }

    @Override
    public void close() {
        stop();
    }
}
