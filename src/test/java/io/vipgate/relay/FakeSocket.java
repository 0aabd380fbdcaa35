package io.vipgate.relay;

import io.vipgate.eventloop.Ready;
import io.vipgate.linux.Errno;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.SocketOptions;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection on a {@link FakeKernel}: what the relay has of it, and what its peer does and sees. Follows
 * Linux where a relay depends on it: bytes received before a reset can still be read, an error is returned once and the
 * end of the stream after it, close with unread bytes resets. Urgent data as measured on Linux 6.18: the latest urgent
 * byte makes a mark, where recv(2) stops and begins anew and splice(2) stops for good; without SO_OOBINLINE recv(2)
 * leaves the byte out, and the next urgent byte pushes it out of the queue where all before it was read.
 */
final class FakeSocket {
    final int fd;
    private final ArrayDeque<Byte> incoming = new ArrayDeque<>();
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private boolean isConnecting;
    private boolean hasPeerFin;
    private int error;
    private boolean isDead;
    private boolean isUrgentInline;
    /** Bytes of the stream before the urgent one; -1 for none. */
    private long mark = -1;
    private long consumed;
    private boolean isOutputBlocked;
    private boolean isEdge;
    private boolean isCorked;
    private boolean resetsOnClose;
    private int room = 1 << 20;
    private int watched;
    @Nullable
    NativeSocketAddress remote;
    @Nullable
    NativeSocketAddress local;
    /** The address that it was bound to by its bytes. */
    @Nullable
    String boundTo;
    /** Bytes the peer has not acknowledged; a test sets it. */
    int unacknowledged;
    int windowProbes;
    int window = 65_536;
    int lastAckMillis;
    int minRttMicros = 50;
    /** What SO_RCVBUF was set to; 0 when it was not. */
    int receiveBuffer;
    /** What SO_RCVLOWAT was set to. */
    int lowWater = 1;
    /** Of a client: where it comes from. */
    String peer = "198.51.100.7";
    boolean hasFin;
    boolean isReset;
    boolean isClosed;
    final Map<Integer, Integer> tcpOptions = new HashMap<>();
    /** The system calls made on it, in order. */
    final List<String> calls = new ArrayList<>();

    FakeSocket(int fd) {
        this.fd = fd;
    }

    // ---- what its peer does and sees ----

    /** The peer accepts the connect. */
    void accept() {
        isConnecting = false;
        isEdge = true;
    }

    /** The connect fails, or the connection is lost. */
    void fail(int errno) {
        isConnecting = false;
        isDead = true;
        error = errno;
        isEdge = true;
    }

    void peerSends(byte[] bytes) {
        for (byte each : bytes) {
            incoming.addLast(each);
        }
        // What arrives where it is not watched for wakes nobody, whatever else is ready; nor do too few bytes.
        isEdge |= (watched & (Ready.IN | Ready.PRI)) != 0 && incoming.size() >= lowWater;
    }

    /** The peer sends a byte with MSG_OOB. */
    void peerSendsUrgent(byte urgent) {
        if (isAtMark() && !isUrgentInline) {
            nextByte();
        }
        mark = consumed + incoming.size();
        peerSends(new byte[]{urgent});
    }

    /** The urgent byte is the next to be read. */
    private boolean isAtMark() {
        return mark == consumed;
    }

    private boolean hasUrgent() {
        return mark >= consumed;
    }

    /** Accepted from a listening socket, whose option it inherits. */
    void acceptedFrom(FakeSocket listening) {
        isUrgentInline = listening.isUrgentInline;
    }

    boolean isUrgentInline() {
        return isUrgentInline;
    }

    void peerFin() {
        hasPeerFin = true;
        isEdge = true;
    }

    void peerResets() {
        fail(Errno.ECONNRESET);
    }

    /** Limits how many more bytes the send queue takes. */
    void room(int bytes) {
        room = bytes;
        if (isOutputBlocked && room > 0) {
            isOutputBlocked = false;
            isEdge = true;
        }
    }

    /** Everything the peer has got. */
    byte[] arrived() {
        return arrived.toByteArray();
    }

    int unreadBytes() {
        return incoming.size();
    }

    boolean isCorked() {
        return isCorked;
    }

    // ---- readiness ----

    /** Watches for these events; epoll_ctl(2) looks at what is ready at once. */
    void watch(int events) {
        watched = events;
        isEdge |= watchedOf(events()) != 0;
    }

    boolean isWatchedFor(int event) {
        return (watched & event) != 0;
    }

    /** Something happens that is told in the next batch. */
    void raiseEdge() {
        isEdge = true;
    }

    boolean isEdge() {
        return isEdge;
    }

    /** The watched events that are ready, where there was a change since it was asked last; else 0. */
    int takeEdge() {
        if (!isEdge) {
            return 0;
        }
        isEdge = false;
        return watchedOf(events());
    }

    private int watchedOf(int events) {
        return events & (watched | Ready.ERR | Ready.HUP);
    }

    private int events() {
        int events = 0;
        int unread = incoming.size() - (isAtMark() && !isUrgentInline ? 1 : 0);
        if (unread >= lowWater || hasPeerFin || isDead) {
            events |= Ready.IN;
        }
        if (hasPeerFin || isDead) {
            events |= Ready.RDHUP;
        }
        if (!isConnecting && (room > 0 || isDead)) {
            events |= Ready.OUT;
        }
        if (error != 0) {
            events |= Ready.ERR;
        }
        if (isDead || (hasPeerFin && hasFin)) {
            events |= Ready.HUP;
        }
        if (hasUrgent()) {
            events |= Ready.PRI;
        }
        return events;
    }

    // ---- system calls ----

    /** The connect is under way. */
    void connecting() {
        isConnecting = true;
    }

    int receive(long address, int length) {
        calls.add("receive");
        if (isConnecting) {
            throw new AssertionError("a read while connecting");
        }
        if (isAtMark() && !isUrgentInline) {
            nextByte();
        }
        int read = Math.min(length, isAtMark() ? incoming.size() : bytesToMark());
        if (read > 0) {
            MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(length);
            for (int i = 0; i < read; i++) {
                memory.set(ValueLayout.JAVA_BYTE, i, nextByte());
            }
            return read;
        }
        return readNothing();
    }

    /** What recv(2) with MSG_PEEK gives: as a read, and nothing is taken. */
    int peek(long address, int length) {
        calls.add("peek");
        int seen = Math.min(length, bytesToMark());
        if (seen == 0) {
            return readNothing();
        }
        MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(length);
        Iterator<Byte> bytes = incoming.iterator();
        for (int i = 0; i < seen; i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, bytes.next());
        }
        return seen;
    }

    /** Unread bytes before the urgent one, or all where there is none. */
    int bytesToMark() {
        return hasUrgent() ? (int) (mark - consumed) : incoming.size();
    }

    /** The first byte that was not read yet. */
    byte nextByte() {
        consumed++;
        return incoming.removeFirst();
    }

    /** What a read says when there are no bytes: FIN before error, the error once, then the end. */
    int readNothing() {
        if (hasPeerFin) {
            return 0;
        }
        if (error != 0) {
            return -takeError();
        }
        return isDead ? 0 : -Errno.EAGAIN;
    }

    int send(long address, int length, boolean more) {
        calls.add(more ? "send+more" : "send");
        if (isConnecting || hasFin) {
            throw new AssertionError("a write to a socket that is connecting or shut");
        }
        int taken = take(length);
        if (taken > 0) {
            arrived.writeBytes(MemorySegment.ofAddress(address).reinterpret(length).asSlice(0, taken)
                    .toArray(ValueLayout.JAVA_BYTE));
            isCorked = more;
        }
        return taken;
    }

    /** How many of so many bytes the send queue takes; they are to be delivered. */
    int take(int length) {
        if (isDead) {
            error = 0;
            return -Errno.EPIPE;
        }
        int taken = Math.min(length, room);
        if (taken < length) {
            isOutputBlocked = true;
        }
        if (taken == 0) {
            return -Errno.EAGAIN;
        }
        room -= taken;
        return taken;
    }

    void deliver(byte taken) {
        arrived.write(taken);
    }

    int shutdownWrite() {
        calls.add("shutdown");
        if (isDead) {
            return -Errno.ENOTCONN;
        }
        hasFin = true;
        isCorked = false;
        return 0;
    }

    void close() {
        calls.add("close");
        isClosed = true;
        isCorked = false;
        if (!isDead) {
            isReset = resetsOnClose || !incoming.isEmpty();
            hasFin |= !isReset;
        }
    }

    void setOption(int level, int option, int value) {
        if (level == SocketOptions.SOL_TCP) {
            tcpOptions.put(option, value);
        } else if (level == SocketOptions.SOL_SOCKET
                && (option == SocketOptions.SO_RCVBUF || option == SocketOptions.SO_RCVBUFFORCE)) {
            receiveBuffer = value;
        } else if (level == SocketOptions.SOL_SOCKET && option == SocketOptions.SO_RCVLOWAT) {
            lowWater = value;
        } else if (level == SocketOptions.SOL_SOCKET && option == SocketOptions.SO_OOBINLINE) {
            isUrgentInline = value != 0;
        }
    }

    void resetOnClose() {
        resetsOnClose = true;
    }

    /** SO_ERROR, which is told once. */
    int takeError() {
        int taken = error;
        error = 0;
        return taken;
    }
}
