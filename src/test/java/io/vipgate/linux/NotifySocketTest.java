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
