package io.vipgate.relay;

import io.vipgate.eventloop.Ready;
import io.vipgate.eventloop.ReadyHandler;
import io.vipgate.eventloop.Registration;
import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.SystemCalls;
import org.jspecify.annotations.Nullable;

/**
 * One socket of a relay, and what its events have told. The flags are hints that a system call confirms: an event may be
 * older than the last call.
 *
 * <p>Confined to the event loop of its relay.
 */
final class RelaySocket implements ReadyHandler {
    /** What is watched from the beginning. One epoll_ctl(2) for the whole life of a socket, while neither side is full. */
    private static final int EVENTS = Ready.IN | Ready.RDHUP | Ready.PRI | Ready.EDGE;

    /**
     * What is watched while bytes that arrive are of no use. Not urgent data: with it, every segment would wake the loop.
     */
    private static final int READS_PAUSED = Ready.RDHUP | Ready.EDGE;

    /** Bit of {@link #watch}: arriving bytes are not told of. */
    private static final int PAUSED = 1;
    /** Bit of {@link #watch}: room to write is told of. */
    private static final int ROOM = 2;

    final Relay relay;
    /** With SO_OOBINLINE: a client's has it from the listening socket, an endpoint's from {@link Dialer}. */
    final int fd;
    @SuppressWarnings("NullAway.Init") // set by watch, before anyone else sees this
    private Registration registration;

    /** A read may give something: bytes, the end, or an error. */
    boolean isReadable;
    /** A write may take something. Of a socket that was full, {@link #onFull} has it told when that is over. */
    boolean isWritable;
    /** The peer's FIN is in the receive queue, behind all its bytes; told together with urgent data that is there too. */
    boolean hasFin;
    /**
     * Urgent data (RFC 9293 section 3.8.5) may be there, which makes reads stop early: a short read does not mean that all
     * was read, and only recv(2) gets past the mark.
     */
    boolean isUrgent;
    /** What differs from {@link #EVENTS}. A byte for two flags: another one would cost each relay 16 bytes. */
    private byte watch;
    /** The kernel has given the connection up: a reset, or a timeout of its own. */
    boolean isReset;
    /** A call has returned the socket's error, so that the next read says "end of stream" without a FIN. */
    boolean socketErrorConsumed;
    /** Bytes were sent since somebody last asked whether they arrived. */
    boolean hasSent;
    /** What looks have found while the peer has not acknowledged everything; null while nothing is owed. */
    UserTimeout.@Nullable UnackedSince unackedSince;
    /**
     * Of an endpoint's socket: from the client's acceptance until this was connected, in microseconds, as far as they fit.
     * An int, since there is room for one: it costs a relay no memory.
     */
    int connectMicros;
    /** The kernel's buffers of the direction that this is the source of have their bounds. */
    boolean isBounded;
    /** Sends small segments at once. A client's socket has it from the listening socket. */
    boolean hasNoDelay;
    /** Of an endpoint's socket: keepalive is on. */
    boolean hasKeepAlive;
    private boolean isClosed;

    private RelaySocket(Relay relay, int fd, int watch) {
        this.relay = relay;
        this.fd = fd;
        this.watch = (byte) watch;
    }

    /**
     * Hands a socket to the event loop. A client's is fresh, so it has room: were that told, it would wake the loop once more, and
     * so would the acknowledgement of each FIN.
     *
     * @param isAttempt whether it is to be told when there is room, which is when it is connected
     * @throws IllegalStateException if epoll can't take it; the caller still owns the descriptor then
     */
    static RelaySocket watch(Relay relay, RelayLoop loop, int fd, boolean isAttempt) {
        RelaySocket socket = new RelaySocket(relay, fd, isAttempt ? ROOM : 0);
        socket.registration = loop.eventLoop().register(fd, socket.events(), socket);
        return socket;
    }

    /** Gives a relay the socket of its client, which somebody else has watched until now. */
    static void takeOver(Relay relay, Registration watched) {
        RelaySocket socket = new RelaySocket(relay, watched.descriptor(), 0);
        socket.registration = watched;
        // First whose it is, so that a fault closes it.
        relay.client = socket;
        watched.handOver(socket, socket.events());
    }

    private int events() {
        return (isPaused() ? READS_PAUSED : EVENTS) | ((watch & ROOM) == 0 ? 0 : Ready.OUT);
    }

    private boolean isPaused() {
        return (watch & PAUSED) != 0;
    }

    @Override
    public void onReady(int events) {
        if (!isClosed) {
            note(events);
            relay.onReady(this, events);
        }
    }

    private void note(int events) {
        if ((events & (Ready.IN | Ready.RDHUP | Ready.ERR | Ready.HUP)) != 0) {
            isReadable = true;
        }
        if ((events & Ready.OUT) != 0) {
            isWritable = true;
        }
        if ((events & Ready.RDHUP) != 0 && !isPaused()) {
            // While paused nobody tells of urgent data before the FIN; when it is over, both are told again.
            hasFin = true;
        }
        if ((events & Ready.PRI) != 0) {
            isUrgent = true;
        }
        if ((events & Ready.ERR) != 0) {
            isReset = true;
        }
    }

    /** Sends small segments at once from now on. */
    void enableNoDelay(SystemCalls systemCalls) {
        systemCalls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_NODELAY, 1);
        hasNoDelay = true;
    }

    /** Stops telling of bytes that arrive, or begins again: then it tells of those that are there already, too. */
    void pauseReads(boolean isToPause) {
        if (isPaused() != isToPause && !isClosed) {
            watch ^= PAUSED;
            // Nothing will tell of them, so whoever can use them must look.
            isReadable |= isToPause;
            registration.watch(events());
        }
    }

    /** It has taken no more, or not all: an event tells when there is room, even if that came in between. */
    void onFull() {
        isWritable = false;
        if ((watch & ROOM) == 0 && !isClosed) {
            watch |= ROOM;
            registration.watch(events());
        }
    }

    /** True when a short read has read all there will ever be: the FIN was here before the read. */
    boolean isAtFin() {
        return hasFin && !isReset && !isUrgent;
    }

    boolean isClosed() {
        return isClosed;
    }

    /** Closes the socket. Events that are still under way are ignored. */
    void close() {
        if (!isClosed) {
            isClosed = true;
            registration.close();
        }
    }
}
