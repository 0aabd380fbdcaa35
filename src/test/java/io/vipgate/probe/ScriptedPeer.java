package io.vipgate.probe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An endpoint on loopback that does with its first connection what it is told to.
 *
 * <p>Thread-safe. Closed, it leaves neither sockets nor threads.
 */
final class ScriptedPeer implements AutoCloseable {
    private static final int PIECE_MILLIS = 5;

    /** What it does with a connection; that is closed afterwards. */
    @FunctionalInterface
    interface Behaviour {
        void meet(Socket socket) throws IOException;
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CompletableFuture<byte[]> heard;

    private ScriptedPeer(ServerSocket server, CompletableFuture<byte[]> heard, Behaviour behaviour) {
        this.server = server;
        this.heard = heard;
        threads.execute(() -> {
            try {
                while (true) {
                    Socket socket = server.accept();
                    threads.execute(() -> {
                        try (socket) {
                            behaviour.meet(socket);
                        } catch (IOException _) {
                            // The probe has gone.
                        }
                    });
                }
            } catch (IOException _) {
                // Closed.
            }
        });
    }

    static ScriptedPeer that(Behaviour behaviour) throws IOException {
        return on(loopback(), behaviour);
    }

    static ScriptedPeer on(ServerSocket server, Behaviour behaviour) {
        return new ScriptedPeer(server, new CompletableFuture<>(), behaviour);
    }

    /** Says this at once and closes. */
    static ScriptedPeer saying(String answer) throws IOException {
        return that(socket -> socket.getOutputStream().write(bytes(answer)));
    }

    /** Reads a request up to its empty line, answers and closes. */
    static ScriptedPeer answering(String answer) throws IOException {
        return answering(bytes(answer));
    }

    static ScriptedPeer answering(byte[] answer) throws IOException {
        CompletableFuture<byte[]> heard = new CompletableFuture<>();
        return new ScriptedPeer(loopback(), heard, socket -> {
            heard.complete(untilEmptyLine(socket));
            socket.getOutputStream().write(answer);
        });
    }

    /** Takes the connection and says nothing until the probe goes. */
    static ScriptedPeer silent() throws IOException {
        return that(ScriptedPeer::waitForEnd);
    }

    /** Says the first text, then one byte after the other, for as long as the probe stays. */
    static ScriptedPeer trickling(String first, byte piece) throws IOException {
        return that(socket -> {
            socket.getOutputStream().write(bytes(first));
            while (pieceOfTime(socket)) {
                socket.getOutputStream().write(piece);
            }
        });
    }

    /** Says the text byte by byte. */
    static ScriptedPeer inPieces(String answer) throws IOException {
        return that(socket -> {
            socket.setTcpNoDelay(true);
            for (byte each : bytes(answer)) {
                socket.getOutputStream().write(each);
                socket.getOutputStream().flush();
                boolean _ = pieceOfTime(socket);
            }
        });
    }

    /** Resets the connection. */
    static ScriptedPeer resetting() throws IOException {
        return that(socket -> socket.setSoLinger(true, 0));
    }

    /** Reads all the probe says, until it ends the connection. */
    static ScriptedPeer listening() throws IOException {
        CompletableFuture<byte[]> heard = new CompletableFuture<>();
        return new ScriptedPeer(loopback(), heard, socket -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            try {
                for (int next = socket.getInputStream().read(); next >= 0; next = socket.getInputStream().read()) {
                    all.write(next);
                }
            } catch (SocketException _) {
                // A probe's connection ends in a reset.
            }
            heard.complete(all.toByteArray());
        });
    }

    /** An address of this machine where nobody listens. */
    static InetSocketAddress nobody() throws IOException {
        try (ServerSocket once = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(once.getInetAddress(), once.getLocalPort());
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /** What a probe said, in ISO 8859-1. */
    String heard() throws InterruptedException, ExecutionException, TimeoutException {
        return new String(heard.get(10, TimeUnit.SECONDS), StandardCharsets.ISO_8859_1);
    }

    /** Reads until the other side ends the connection, in whatever way. */
    static void waitForEnd(Socket socket) throws IOException {
        while (socket.getInputStream().read() >= 0) {
            // Whatever it says.
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ServerSocket loopback() throws IOException {
        return new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    }

    private static byte[] untilEmptyLine(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        // Not at the very beginning: a binary PROXY header begins with such a line.
        while (all.size() <= 4 || !all.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                break;
            }
            all.write(next);
        }
        return all.toByteArray();
    }

    /** Lets a little time pass; false when the probe has gone. */
    private static boolean pieceOfTime(Socket socket) throws IOException {
        socket.setSoTimeout(PIECE_MILLIS);
        try {
            return socket.getInputStream().read(new byte[4096]) >= 0;
        } catch (SocketTimeoutException _) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        // Interrupts whoever still waits, which closes its socket, and waits for all.
        threads.shutdownNow();
        threads.close();
    }
}
