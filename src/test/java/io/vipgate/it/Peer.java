package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One end of a connection. Every read is bounded in time.
 *
 * <p>Thread-safe as a socket is: one reader and one writer.
 */
final class Peer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private final Socket socket;

    Peer(Socket socket) throws SocketException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /** Connects to a port of 127.0.0.1. */
    static Peer connect(int port) throws IOException {
        return connect("127.0.0.1", port, 0);
    }

    /**
     * Connects.
     *
     * @param receiveBuffer SO_RCVBUF, 0 for the kernel's choice
     */
    static Peer connect(String address, int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), PATIENCE_MILLIS);
            return new Peer(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * A client that is turned away by RST. When that comes before connect(2) has returned, it is connect that reports it
     * (Java waits for a connect by polling).
     */
    static void expectTurnedAway(int port) throws IOException {
        try (Peer client = connect(port)) {
            client.expectReset();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    Socket socket() {
        return socket;
    }

    int localPort() {
        return socket.getLocalPort();
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(byte[] bytes, int offset, int length) throws IOException {
        socket.getOutputStream().write(bytes, offset, length);
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads what is there, at most so many bytes; -1 at the end of the stream. */
    int read(byte[] into, int most) throws IOException {
        return socket.getInputStream().read(into, 0, most);
    }

    /** Reads exactly so many bytes. */
    byte[] receive(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        assertThat(bytes.length).as("bytes before the end of the stream").isEqualTo(count);
        return bytes;
    }

    String receiveText(int bytes) throws IOException {
        return new String(receive(bytes), StandardCharsets.UTF_8);
    }

    /** Reads up to the end of the stream. */
    byte[] receiveAll() throws IOException {
        return socket.getInputStream().readAllBytes();
    }

    /** Sends a byte and waits for its echo. */
    void exchange() throws IOException {
        exchange(7);
    }

    void exchange(int value) throws IOException {
        send(new byte[]{(byte) value});
        assertThat(receive(1)[0]).isEqualTo((byte) value);
    }

    /** The other end has sent FIN, and nothing before it. */
    void expectEnd() throws IOException {
        assertThat(socket.getInputStream().read()).as("what follows the last byte").isEqualTo(-1);
    }

    /** The other end resets, and sends nothing before that. */
    void expectReset() throws IOException {
        assertThat(receiveUntilReset()).as("bytes before the reset").isEmpty();
    }

    /** Everything up to a reset; fails when the stream ends or falls silent instead. */
    byte[] receiveUntilReset() throws IOException {
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        byte[] buffer = new byte[64 << 10];
        InputStream in = socket.getInputStream();
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                got.write(buffer, 0, read);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither bytes nor a reset in " + PATIENCE_MILLIS + " ms after " + got.size()
                    + " bytes", e);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
            return got.toByteArray();
        }
        throw new AssertionError("the stream ended after " + got.size() + " bytes; a reset was due");
    }

    /**
     * The connection is gone: a write fails. This is how a side that has already read the end of the stream sees a reset
     * (tcp(7): EPIPE).
     */
    void expectBroken(Duration bound) {
        Await.until("the connection is broken", bound, () -> {
            try {
                socket.getOutputStream().write(0);
                return false;
            } catch (IOException e) {
                return true;
            }
        });
    }

    /** Sends FIN; reading goes on. */
    void fin() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes with RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Bytes that the kernel of the other end has not acknowledged yet. */
    long unacknowledged() {
        return KernelQueues.unacknowledged(socket.getLocalPort(), socket.getPort());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
