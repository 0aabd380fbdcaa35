package io.vipgate.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketException;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One call of the admin API, over TCP or a Unix socket, bounded in time and length.
 *
 * <p>Immutable.
 *
 * @param target path and parameters
 * @param body JSON; empty for none
 */
record AdminCall(String method, String target, String body) {
    private static final int CONNECT_MILLIS = 3_000;
    private static final int READ_MILLIS = 30_000;
    private static final int MAX_BYTES = 64 << 20;
    private static final int PIECE_BYTES = 64 << 10;

    static {
        // A change must not be sent twice.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    /** What came back. Immutable. */
    record Answer(int status, String body) {}

    /** Whether it changes nothing, and so may be sent again. */
    boolean isRead() {
        return method.equals("GET");
    }

    private boolean hasBody() {
        return method.equals("PUT") || method.equals("POST");
    }

    /**
     * Calls an address.
     *
     * @param secret the token; empty for none
     * @throws java.net.ConnectException if nobody listens there
     * @throws IOException if there is no answer
     */
    Answer overTcp(URI base, String secret) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(base + target).toURL()
                .openConnection(Proxy.NO_PROXY);
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(READ_MILLIS);
        if (!secret.isEmpty()) {
            connection.setRequestProperty("Authorization", "Bearer " + secret);
        }
        if (hasBody()) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        }
        int status = connection.getResponseCode();
        InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        if (in == null) {
            return new Answer(status, "");
        }
        try (in) {
            return new Answer(status, new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8));
        }
    }

    /**
     * Calls a Unix socket: HTTP/1.0, so that the answer is all that comes until the end.
     *
     * @throws java.net.ConnectException if nobody listens there
     * @throws UnsentException if the connection ended before all was sent
     * @throws IOException if there is no answer
     */
    Answer overUnix(Path socket) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + target + " HTTP/1.0\r\nHost: localhost\r\n"
                + (hasBody() ? "Content-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n" : "")
                + "\r\n";
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            Thread watch = Thread.startVirtualThread(() -> closeLate(channel));
            try {
                send(channel, head.getBytes(StandardCharsets.UTF_8), bytes);
                return parse(readAll(channel));
            } finally {
                watch.interrupt();
            }
        }
    }

    private static void closeLate(SocketChannel channel) {
        try (channel) {
            Thread.sleep(Duration.ofMillis(READ_MILLIS));
        } catch (InterruptedException | IOException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(SocketChannel channel, byte[] head, byte[] body) throws UnsentException {
        try {
            write(channel, head);
            write(channel, body);
        } catch (IOException e) {
            throw new UnsentException(e);
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            int _ = channel.write(left);
        }
    }

    private static byte[] readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        while (all.size() < MAX_BYTES && channel.read(piece) >= 0) {
            all.write(piece.array(), 0, piece.position());
            piece.clear();
        }
        return all.toByteArray();
    }

    private static Answer parse(byte[] all) throws IOException {
        if (all.length == 0) {
            throw new SocketException("the connection ended without an answer");
        }
        String text = new String(all, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0 || !text.matches("(?s)HTTP/1\\.[01] \\d{3}.*")) {
            throw new IOException("no answer of HTTP");
        }
        return new Answer(Integer.parseInt(text.substring(9, 12)),
                new String(all, end + 4, all.length - end - 4, StandardCharsets.UTF_8));
    }
}
