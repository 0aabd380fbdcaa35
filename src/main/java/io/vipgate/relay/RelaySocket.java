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
    /** One epoll_ctl(2) for the whole life of a socket, but for the source of a stream whose target is full. */
    static final int EVENTS = Ready.IN | Ready.OUT | Ready.RDHUP | Ready.PRI | Ready.EDGE;

    /**
     * What is watched while bytes that arrive are of no use; those that go the other way still want room here. Not
     * urgent data: with it, every segment would wake the loop.
     */
    private static final int READS_PAUSED = Ready.OUT | Ready.RDHUP | Ready.EDGE;

    final Relay relay;
    /** With SO_OOBINLINE: a client's has it from the listening socket, an endpoint's from {@link Dialer}. */
    final int fd;
    @SuppressWarnings("NullAway.Init") // set by watch, before anyone else sees this
    private Registration registration;

    /** A read may give something: bytes, the end, or an error. */
    boolean isReadable;
    /** A write may take something. */
    boolean isWritable;
    /** The peer's FIN is in the receive queue, behind all its bytes; told together with urgent data that is there too. */
    boolean hasFin;
    /**
     * Urgent data (RFC 9293 section 3.8.5) may be there, which makes reads stop early: a short read does not mean that all
     * was read, and only recv(2) gets past the mark.
     */
    boolean isUrgent;
    /** Arriving bytes are not told of. */
    private boolean isPaused;
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

    private RelaySocket(Relay relay, int fd) {
        this.relay = relay;
        this.fd = fd;
    }

    /**
     * Hands a socket to the event loop.
     *
     * @throws IllegalStateException if epoll can't take it; the caller still owns the descriptor then
     */
    static RelaySocket watch(Relay relay, RelayLoop loop, int fd) {
        RelaySocket socket = new RelaySocket(relay, fd);
        socket.registration = loop.eventLoop().register(fd, EVENTS, socket);
        return socket;
    }

    /** Gives a relay the socket of its client, which somebody else has watched until now. */
    static void takeOver(Relay relay, Registration watched) {
        RelaySocket socket = new RelaySocket(relay, watched.descriptor());
        socket.registration = watched;
        // First whose it is, so that a fault closes it.
        relay.client = socket;
        watched.handOver(socket, EVENTS);
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
        if ((events & Ready.RDHUP) != 0 && !isPaused) {
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
        if (isPaused != isToPause && !isClosed) {
            isPaused = isToPause;
            // Nothing will tell of them, so whoever can use them must look.
            isReadable |= isToPause;
            registration.watch(isToPause ? READS_PAUSED : EVENTS);
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
