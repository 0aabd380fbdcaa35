package io.vipgate.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Sends datagrams to a socket of the service manager, sd_notify(3). The JDK has no datagram sockets of the UNIX family.
 *
 * <p>Thread-safe.
 */
public final class NotifySocket {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
    private static final int PATH_AT = 2;
    private static final int MAX_PATH_BYTES = 108;
    private static final MemorySegment SOCKET = CLibrary.function("socket");
    private static final MemorySegment SENDTO = CLibrary.function("sendto");
    private static final MemorySegment CLOSE = CLibrary.function("close");

    private final byte[] path;

    /**
     * Names the socket.
     *
     * @param path of a socket in the file system, or of the abstract kind when it begins with {@code @}, unix(7)
     * @throws IllegalArgumentException if the path is empty or longer than 107 bytes
     */
    public NotifySocket(String path) {
        this.path = path.getBytes(StandardCharsets.UTF_8);
        if (this.path.length == 0 || this.path.length >= MAX_PATH_BYTES) {
            throw new IllegalArgumentException("path: " + path + " (expected: 1 to 107 bytes)");
        }
        if (this.path[0] == '@') {
            this.path[0] = 0;
        }
    }

    /**
     * Sends one datagram. Never waits.
     *
     * @return false when nobody took it
     */
    public boolean send(String text) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(PATH_AT + MAX_PATH_BYTES, 8);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, PATH_AT, path.length);
            // An abstract name is as long as it is; one in the file system ends with its zero.
            int length = PATH_AT + path.length + (path[0] == 0 ? 0 : 1);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment message = arena.allocateFrom(JAVA_BYTE, bytes);
            CLibrary library = new CLibrary();
            int fd = library.call(SOCKET, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            if (fd < 0) {
                return false;
            }
            int sent = library.call(SENDTO, fd, message.address(), bytes.length, MSG_DONTWAIT_NOSIGNAL,
                    address.address(),
                    length);
            library.call(CLOSE, fd);
            return sent == bytes.length;
        }
    }
}
