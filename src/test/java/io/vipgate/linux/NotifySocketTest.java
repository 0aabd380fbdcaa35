package io.vipgate.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotifySocketTest {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int MSG_DONTWAIT = 0x40;

    /** A socket that receives datagrams, as a service manager has one. */
    private static final class Receiver implements AutoCloseable {
        private static final MethodHandle SOCKET = call("socket",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
        private static final MethodHandle BIND = call("bind",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
        private static final MethodHandle RECVMSG = call("recvmsg",
                FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
        private static final MethodHandle RECV = call("recv",
                FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

        private final int fd;

        Receiver(String name) throws Throwable {
            byte[] path = name.getBytes(StandardCharsets.UTF_8);
            fd = (int) SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM, 0);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment address = arena.allocate(2 + path.length);
                address.set(JAVA_SHORT, 0, (short) AF_UNIX);
                MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
                assertThat((int) BIND.invokeExact(fd, address.address(), 2 + path.length)).isZero();
            }
        }

        private static MethodHandle call(String name, FunctionDescriptor descriptor) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
        }

        String receive() throws Throwable {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(1024);
                long length = (long) RECV.invokeExact(fd, buffer.address(), 1024L, MSG_DONTWAIT);
                byte[] bytes = buffer.asSlice(0, Math.max(0, length)).toArray(JAVA_BYTE);
                return new String(bytes, StandardCharsets.UTF_8);
            }
        }

        /** The descriptors that came with a datagram. */
        List<Integer> receiveDescriptors() throws Throwable {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment vector = arena.allocate(16, 8);
                vector.set(JAVA_LONG, 0, arena.allocate(1024).address());
                vector.set(JAVA_LONG, 8, 1024);
                MemorySegment control = arena.allocate(2048, 8);
                MemorySegment header = arena.allocate(56, 8);
                header.set(JAVA_LONG, 16, vector.address());
                header.set(JAVA_LONG, 24, 1);
                header.set(JAVA_LONG, 32, control.address());
                header.set(JAVA_LONG, 40, control.byteSize());
                assertThat((long) RECVMSG.invokeExact(fd, header.address(), MSG_DONTWAIT)).isPositive();
                List<Integer> descriptors = new ArrayList<>();
                if (header.get(JAVA_LONG, 40) > 0) {
                    for (long at = 16; at < control.get(JAVA_LONG, 0); at += 4) {
                        descriptors.add(control.get(JAVA_INT, at));
                    }
                }
                return descriptors;
            }
        }

        @Override
        public void close() {
            new LinuxSystemCalls().close(fd);
        }
    }

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @Test
    void datagramsArriveAtASocketInTheFileSystem() throws Throwable {
        String path = directory.resolve("notify").toString();
        try (Receiver receiver = new Receiver(path)) {
            assertThat(new NotifySocket(path).send("READY=1\nSTATUS=grüßt")).isTrue();
            assertThat(receiver.receive()).isEqualTo("READY=1\nSTATUS=grüßt");
        }
    }

    @Test
    void datagramsArriveAtAnAbstractSocket() throws Throwable {
        String name = "vipgate-test-" + ProcessHandle.current().pid();
        try (Receiver receiver = new Receiver("\0" + name)) {
            assertThat(new NotifySocket("@" + name).send("WATCHDOG=1")).isTrue();
            assertThat(receiver.receive()).isEqualTo("WATCHDOG=1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 253})
    void descriptorsArriveWithTheirDatagram(int count) throws Throwable {
        String path = directory.resolve("notify").toString();
        try (Receiver receiver = new Receiver(path); Tcp tcp = new Tcp()) {
            int listening = tcp.listen("127.0.0.1");

            assertThat(new NotifySocket(path).send("FDSTORE=1", Collections.nCopies(count, listening))).isTrue();

            List<Integer> received = receiver.receiveDescriptors();
            assertThat(received).hasSize(count).doesNotContain(listening);
            received.forEach(tcp::own);
            assertThat(received).allSatisfy(fd -> assertThat(tcp.listenSocket.port(fd))
                    .isEqualTo(tcp.listenSocket.port(listening)));
        }
    }

    @Test
    void moreDescriptorsThanAMessageHoldsAreAnError() {
        assertThatThrownBy(() -> new NotifySocket("@nobody").send("FDSTORE=1", Collections.nCopies(254, 0)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("expected: 0 to 253");
    }

    @Test
    void whoAwaitsTheManagerGoesOnWhenItLetsTheBarrierGo() throws Throwable {
        String path = directory.resolve("notify").toString();
        try (Receiver receiver = new Receiver(path)) {
            CompletableFuture<Boolean> through = CompletableFuture
                    .supplyAsync(() -> new NotifySocket(path).await(Duration.ofSeconds(30)));
            List<Integer> barrier = List.of();
            while (barrier.isEmpty() && !through.isDone()) {
                try {
                    barrier = receiver.receiveDescriptors();
                } catch (AssertionError e) {
                    Thread.onSpinWait();
                }
            }
            assertThat(through).isNotDone();
            barrier.forEach(new LinuxSystemCalls()::close);

            assertThat(through.get()).isTrue();
        }
    }

    @Test
    void whoAwaitsAManagerThatKnowsNoBarriersGoesOnInTime() throws Throwable {
        String path = directory.resolve("notify").toString();
        try (Receiver _ = new Receiver(path)) {
            assertThat(new NotifySocket(path).await(Duration.ofMillis(20))).isFalse();
        }
        assertThat(new NotifySocket("@nobody-" + ProcessHandle.current().pid()).await(Duration.ofSeconds(30)))
                .isFalse();
    }

    @Test
    void whoSendsManyWaitsWhileTheQueueIsFull() throws Throwable {
        String path = directory.resolve("notify").toString();
        NotifySocket socket = new NotifySocket(path);
        try (Receiver receiver = new Receiver(path)) {
            int queued = 0;
            while (socket.send("FDSTOREREMOVE=1")) {
                queued++;
            }
            assertThat(socket.send("READY=1", List.of(), Duration.ofMillis(20))).as("nobody reads").isFalse();
            CompletableFuture<Boolean> sent = CompletableFuture
                    .supplyAsync(() -> socket.send("READY=1", List.of(), Duration.ofSeconds(30)));
            for (int i = 0; i < queued; i++) {
                assertThat(receiver.receive()).isEqualTo("FDSTOREREMOVE=1");
            }

            assertThat(sent.get()).isTrue();
            assertThat(receiver.receive()).isEqualTo("READY=1");
        }
    }

    @Test
    void nobodyTakesADatagramWhereNobodyListens() {
        assertThat(new NotifySocket(directory.resolve("nobody").toString()).send("READY=1")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"",
        "/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345"
                + "6789"})
    void pathsThatNoSocketCanHaveAreRefused(String path) {
        assertThatThrownBy(() -> new NotifySocket(path)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: 1 to 107 bytes");
    }
}
