package io.vipgate.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Sends datagrams, and descriptors with them, to a socket of the service manager, sd_notify(3). The JDK has no datagram
 * sockets of the UNIX family.
 *
 * <p>Thread-safe.
 */
public final class NotifySocket {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int PATH_AT = 2;
    private static final int MAX_PATH_BYTES = 108;
    /** What one message may carry is 253, SCM_MAX_FD. */
    private static final int MAX_DESCRIPTORS = 253;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDTIMEO = 21;
    private static final int SCM_RIGHTS = 1;
    private static final int CONTROL_HEADER_BYTES = 16;
    private static final int MESSAGE_HEADER_BYTES = 56;
    private static final int O_CLOEXEC = 0x80000;
    private static final MemorySegment SOCKET = CLibrary.function("socket");
    private static final MemorySegment SETSOCKOPT = CLibrary.function("setsockopt");
    private static final MemorySegment SENDMSG = CLibrary.function("sendmsg");
    private static final MemorySegment PIPE2 = CLibrary.function("pipe2");
    private static final MemorySegment POLL = CLibrary.function("poll");
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
        return send(text, List.of());
    }

    /**
     * Sends one datagram with descriptors, which stay open here. Never waits.
     *
     * @param descriptors at most 253
     * @return false when nobody took it
     * @throws IllegalArgumentException if there are more descriptors
     */
    public boolean send(String text, List<Integer> descriptors) {
        return send(text, descriptors, Duration.ZERO);
    }

    /**
     * As {@link #send(String, List)}, but waits while the queue of the service manager is full.
     *
     * @param most how long, to the millisecond
     */
    public boolean send(String text, List<Integer> descriptors, Duration most) {
        if (descriptors.size() > MAX_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    "descriptors: " + descriptors.size() + " (expected: 0 to " + MAX_DESCRIPTORS + ")");
        }
        CLibrary library = new CLibrary();
        int fd = library.call(SOCKET, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        if (fd < 0) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            boolean waits = most.toMillis() > 0 && library.call(SETSOCKOPT, fd, SOL_SOCKET, SO_SNDTIMEO,
                    timeval(arena, most).address(), 2 * JAVA_LONG.byteSize()) == 0;
            return library.call(SENDMSG, fd, message(arena, bytes, descriptors).address(),
                    waits ? MSG_NOSIGNAL : MSG_NOSIGNAL | MSG_DONTWAIT) == bytes.length;
        } finally {
            library.call(CLOSE, fd);
        }
    }

    /** A struct timeval; one of 0 would mean for ever. */
    private static MemorySegment timeval(Arena arena, Duration time) {
        MemorySegment timeval = arena.allocate(2 * JAVA_LONG.byteSize(), 8);
        timeval.set(JAVA_LONG, 0, time.toSeconds());
        timeval.set(JAVA_LONG, 8, time.toMillisPart() * 1000L);
        return timeval;
    }

    /** A struct msghdr. */
    private MemorySegment message(Arena arena, byte[] bytes, List<Integer> descriptors) {
        MemorySegment address = arena.allocate(PATH_AT + MAX_PATH_BYTES, 8);
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, address, JAVA_BYTE, PATH_AT, path.length);
        // struct iovec
        MemorySegment vector = arena.allocate(2 * JAVA_LONG.byteSize(), 8);
        vector.set(JAVA_LONG, 0, arena.allocateFrom(JAVA_BYTE, bytes).address());
        vector.set(JAVA_LONG, 8, bytes.length);
        MemorySegment header = arena.allocate(MESSAGE_HEADER_BYTES, 8);
        header.set(JAVA_LONG, 0, address.address());
        // An abstract name is as long as it is; one in the file system ends with its zero.
        header.set(JAVA_INT, 8, PATH_AT + path.length + (path[0] == 0 ? 0 : 1));
        header.set(JAVA_LONG, 16, vector.address());
        header.set(JAVA_LONG, 24, 1);
        if (!descriptors.isEmpty()) {
            MemorySegment control = rights(arena, descriptors);
            header.set(JAVA_LONG, 32, control.address());
            header.set(JAVA_LONG, 40, control.byteSize());
        }
        return header;
    }

    /** A struct cmsghdr and what follows it. */
    private static MemorySegment rights(Arena arena, List<Integer> descriptors) {
        long length = CONTROL_HEADER_BYTES + JAVA_INT.byteSize() * descriptors.size();
        MemorySegment control = arena.allocate((length + 7) / 8 * 8, 8);
        control.set(JAVA_LONG, 0, length);
        control.set(JAVA_INT, 8, SOL_SOCKET);
        control.set(JAVA_INT, 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.size(); i++) {
            control.set(JAVA_INT, CONTROL_HEADER_BYTES + JAVA_INT.byteSize() * i, descriptors.get(i));
        }
        return control;
    }

    /**
     * Waits until the service manager has dealt with everything that was sent before, by its {@code BARRIER=1}.
     *
     * @param most how long, to the millisecond
     * @return false when it has not by then, or does not know barriers (systemd before 246)
     */
    public boolean await(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        CLibrary library = new CLibrary();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(2 * JAVA_INT.byteSize(), 8);
            if (library.call(PIPE2, ends.address(), O_CLOEXEC) < 0) {
                return false;
            }
            int readEnd = ends.get(JAVA_INT, 0);
            int writeEnd = ends.get(JAVA_INT, 4);
            boolean isSent = send("BARRIER=1", List.of(writeEnd), most);
            library.call(CLOSE, writeEnd);
            // struct pollfd without events: only that the last write end is closed.
            MemorySegment polled = arena.allocate(8, 8);
            polled.set(JAVA_INT, 0, readEnd);
            long left = Math.max(0, end - System.nanoTime()) / 1_000_000;
            boolean isThrough = isSent && library.call(POLL, polled.address(), 1, left) == 1;
            library.call(CLOSE, readEnd);
            return isThrough;
        }
    }
}
