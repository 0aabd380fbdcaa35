package io.vipgate.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Raw sockets over loopback for tests: closes what it opened. Confined to the thread of its test. */
public final class Tcp implements AutoCloseable {
    static final ListenSocket.Options OPTIONS = new ListenSocket.Options(128, false, 30, 5, 3, null);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int BUFFER_BYTES = 1 << 20;

    /** Both ends of a connection. */
    public record Pair(int near, int far) {}

    final SystemCalls calls = new LinuxSystemCalls();
    final ListenSocket listenSocket = new ListenSocket();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
    private final Set<Integer> opened = new LinkedHashSet<>();

    /** Closes a descriptor at the end of the test. */
    public int own(int fd) {
        if (fd < 0) {
            throw new IllegalStateException(Errno.text(-fd));
        }
        opened.add(fd);
        return fd;
    }

    /** The test or someone else closes this one. */
    public void disown(int fd) {
        opened.remove(fd);
    }

    void close(int fd) {
        disown(fd);
        calls.close(fd);
    }

    static ListenSocket.Wanted wanted(@Nullable InetAddress address, int port) {
        return new ListenSocket.Wanted(address, port, OPTIONS, ListenSocket.Overlap.NONE);
    }

    int listen(String address) throws ListenSocket.BindException {
        return own(listenSocket.open(wanted(InetAddress.ofLiteral(address), 0), 1).getFirst());
    }

    /** Begins to connect, and returns the descriptor. */
    int connect(String address, int port) {
        InetSocketAddress remote = new InetSocketAddress(InetAddress.ofLiteral(address), port);
        NativeSocketAddress target = NativeSocketAddress.of(remote);
        int fd = own(calls.socket(target.family()));
        int result = calls.connect(fd, target);
        if (result != 0 && result != -Errno.EINPROGRESS) {
            throw new IllegalStateException("connect: " + Errno.text(-result));
        }
        return fd;
    }

    int accept(int listener, ClientAddress client) {
        return own(await(() -> calls.accept(listener, client)));
    }

    public Pair pair() throws ListenSocket.BindException {
        return pair("127.0.0.1");
    }

    public Pair pair(String address) throws ListenSocket.BindException {
        int listener = listen(address);
        int near = connect(address, listenSocket.port(listener));
        int far = accept(listener, new ClientAddress());
        close(listener);
        return new Pair(near, far);
    }

    public int send(int fd, byte[] bytes) {
        MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return calls.send(fd, buffer.address(), bytes.length, false);
    }

    /** Sends until the send queue takes no more, and says how much it took. */
    int fill(int fd) {
        int total = 0;
        for (int sent = calls.send(fd, buffer.address(), BUFFER_BYTES, false); sent > 0; sent = calls.send(fd,
                buffer.address(), BUFFER_BYTES, false)) {
            total += sent;
        }
        return total;
    }

    /** One recv(2), of which nothing but the result matters. */
    public int receive(int fd) {
        return calls.receive(fd, buffer.address(), BUFFER_BYTES);
    }

    /** Waits for something other than "try again", be it bytes, the end, or an error. */
    public int awaitReceive(int fd) {
        return await(() -> receive(fd));
    }

    byte[] receiveExactly(int fd, int bytes) {
        byte[] all = new byte[bytes];
        int received = 0;
        while (received < bytes) {
            int left = Math.min(bytes - received, BUFFER_BYTES);
            int got = await(() -> calls.receive(fd, buffer.address(), left));
            if (got <= 0) {
                throw new IllegalStateException(
                        "after " + received + " bytes: " + (got == 0 ? "end" : Errno.text(-got)));
            }
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, all, received, got);
            received += got;
        }
        return all;
    }

    public static int await(IntSupplier call) {
        int[] result = new int[1];
        await(() -> {
            result[0] = call.getAsInt();
            return result[0] != -Errno.EAGAIN;
        });
        return result[0];
    }

    /** Looks again and again, for 10 s at most. */
    public static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited for 10 s");
            }
            Thread.onSpinWait();
        }
    }

    public static boolean isOpen(int fd) {
        return Files.exists(Path.of("/proc/self/fd/" + fd), LinkOption.NOFOLLOW_LINKS);
    }

    /** How many sockets and pipes this process has open. */
    static int openSocketsAndPipes() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                String target = linkTarget(descriptor);
                count += target.startsWith("socket:") || target.startsWith("pipe:") ? 1 : 0;
            }
        }
        return count;
    }

    /** What an entry of {@code /proc/self/fd} stands for; empty when it is not open. */
    public static String linkTarget(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        opened.forEach(calls::close);
        arena.close();
    }
}
