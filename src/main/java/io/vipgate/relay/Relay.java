package io.vipgate.relay;

import io.vipgate.eventloop.Ready;
import io.vipgate.eventloop.Wheel;
import io.vipgate.eventloop.WheelTimer;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.SocketOptions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection joined to one endpoint connection: two symmetrical half-duplexes, and the decisions about both.
 *
 * <h2>States</h2>
 *
 * <pre>
 *  accepted
 *     │    ┌─refused, timed out, unreachable: next endpoint
 *     ▼    ▼ │
 *   CONNECTING ──no endpoint left, client reset──────────────────────────► CLOSED (RST to the client)
 *     │ connected
 *     ▼
 *    OPEN ──FIN of one side──► (half-closed) ──FIN of the other──────────► CLOSED (FIN to both)
 *     │ │
 *     │ ├──idle, half-closed, lifetime bound; operator; endpoint down────► CLOSED (RST to both)
 *     │ │
 *     │ └──RST of one side──► ABORTING ──the survivor has everything,
 *     │                                  or took nothing for a second────► CLOSED (RST to the survivor)
 *     └──drain, nothing under way──► LINGERING ──FIN of both, or halfClosed► CLOSED (FIN to both)
 * </pre>
 *
 * <h2>Flow control</h2>
 *
 * The client is not read until the endpoint is connected: early bytes stay in the kernel, so a failed connect is retried
 * with nothing to replay. A direction whose target takes no more is not read on; the kernel's window then stops the
 * sender.
 *
 * <h2>Half-close</h2>
 *
 * A FIN is passed on when everything before it has been delivered, and the other direction goes on, until
 * {@code timeouts.halfClosed} passes without a byte.
 *
 * <h2>Who closes what</h2>
 *
 * {@link #close} is the only place that ends a relay: it frees what the flows hold, closes both sides and gives every
 * count back. close(2) with unread input resets the connection, so a side is closed only after its FIN was read, or where
 * a reset is meant.
 *
 * <p>Confined to its event loop. The state is an enum and flags, not records: the hot path allocates nothing.
 */
public final class Relay extends WheelTimer {
    private enum Phase {
        CONNECTING, OPEN, ABORTING, DRAINING, CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    /** A relay is looked at so often at least; all of them stand in the wheel, where a drain finds them. */
    private static final long LOOK_NANOS = 600_000_000_000L;

    private final RelayLoop loop;
    private final LoopListener listener;
    private final LoopPool pool;
    /** Of the time when it was accepted: a reload changes nothing for it. */
    private final RelaySettings settings;
    private final long clientHigh;
    private final long clientLow;
    private final char clientPort;
    private final long openedAt;
    private final long number;
    private final Attempts attempts = new Attempts();

    private Phase phase = Phase.CONNECTING;
    private @Nullable RelaySocket client;
    private @Nullable RelaySocket backend;
    private @Nullable Flow clientToBackend;
    private @Nullable Flow backendToClient;
    private @Nullable Traffic traffic;
    /** When the present attempt, the first half-close, or the present phase began. */
    private long since;
    /** When a byte last reached either side. */
    private long lastDelivered;
    private @Nullable Reset reset;
    private boolean hasDelayedAck;
    private boolean hasSpoken;
    /** The last byte went to the endpoint, so that an answer may be due. */
    private boolean wasLastToBackend;
    private boolean hasKeepAlive;
    /** Of a relay that a silence has ended: it was the endpoint's. */
    private boolean wasEndpointSilent;

    private Relay(RelayLoop loop, LoopListener listener, ClientAddress address) {
        this.loop = loop;
        this.listener = listener;
        pool = listener.pool();
        settings = pool.settings();
        clientHigh = address.high();
        clientLow = address.low();
        clientPort = (char) address.port();
        openedAt = loop.eventLoop().now();
        number = loop.nextNumber();
        since = openedAt;
        lastDelivered = openedAt;
    }

    /**
     * Takes an accepted client over. Its places at the listener and in the descriptor budget have been taken already.
     *
     * @param fd the client's socket, which the relay owns from now on
     */
    static void open(RelayLoop loop, LoopListener listener, int fd, ClientAddress address) {
        Relay relay = new Relay(loop, listener, address);
        loop.onOpened();
        loop.observer().onOpened(relay);
        relay.client = relay.watch(fd);
        if (relay.client == null) {
            relay.close(CloseReason.INTERNAL, true);
            return;
        }
        try {
            relay.connect();
        } catch (RuntimeException | AssertionError e) {
            relay.onFault(e);
        }
    }

    /** Hands a socket to the event loop; null when epoll can't take it (no memory, or max_user_watches). */
    private @Nullable RelaySocket watch(int fd) {
        try {
            return new RelaySocket(this, loop, fd);
        } catch (RuntimeException e) {
            LOG.warn("a socket can't be watched: {}", e.getMessage());
            loop.systemCalls().close(fd);
            return null;
        }
    }

    // ---- connecting ----

    /** Begins connects until one is under way or no endpoint is left. */
    private void connect() {
        LoopEndpoint next = attempts.next(pool, clientHigh, clientLow, now());
        while (next != null) {
            hasDelayedAck = listener.canDelayHandshakeAck();
            int fd = loop.dialer().begin(next, settings, hasDelayedAck);
            if (fd >= 0) {
                backend = watch(fd);
            }
            if (backend != null) {
                since = now();
                loop.wheel().arm(this, since + settings.connectTimeoutNanos());
                return;
            }
            onAttemptFailed(fd < 0 ? ConnectFailure.of(-fd) : ConnectFailure.LOCAL);
            next = attempts.next(pool, clientHigh, clientLow, now());
        }
        if (attempts.failed() == 0) {
            listener.onRefused(RefuseReason.NO_ENDPOINT);
            loop.observer().onRefused(listener, RefuseReason.NO_ENDPOINT);
        }
        close(CloseReason.CONNECT_FAILED, true);
    }

    private void onAttemptFailed(ConnectFailure failure) {
        attempts.onFailed(failure);
        loop.observer().onConnectFailed(this, failure);
        if (backend != null) {
            backend.close();
            backend = null;
        }
    }

    private void onConnecting(RelaySocket side, int events) {
        LoopEndpoint attempted = attempts.endpoint();
        if (side == client) {
            // A client that resets is gone. One that sends FIN has only ended its request.
            if ((events & (Ready.ERR | Ready.HUP)) != 0) {
                close(CloseReason.CLIENT_RESET, true);
            }
        } else if (attempted != null && (events & (Ready.ERR | Ready.HUP)) != 0) {
            if (loop.systemCalls().unread(side.fd) > 0) {
                // It was connected, and reset after the endpoint had spoken: that is an answer, not a failed connect.
                onConnected(side);
                return;
            }
            int error = loop.systemCalls().socketError(side.fd);
            onAttemptFailed(error > 0 ? ConnectFailure.of(error) : ConnectFailure.RESET);
            connect();
        } else if (attempted != null && (events & Ready.OUT) != 0) {
            if (loop.dialer().hasReachedItself(side.fd, attempted)) {
                onAttemptFailed(ConnectFailure.REFUSED);
                connect();
            } else {
                onConnected(side);
            }
        }
    }

    private void onConnected(RelaySocket newBackend) {
        RelaySocket present = client;
        if (present == null) {
            return;
        }
        phase = Phase.OPEN;
        attempts.onConnected(pool, clientHigh, clientLow, now() - since);
        LoopEndpoint reached = attempts.endpoint();
        traffic = reached == null ? null : reached.traffic(listener.name());
        loop.observer().onConnected(this);
        since = now();
        newBackend.connectMicros = (int) Math.min(Integer.MAX_VALUE, (since - openedAt) / 1_000);
        lastDelivered = since;
        present.isWritable = true;
        Flow up = new Flow(present, newBackend, true);
        Flow down = new Flow(newBackend, present, false);
        clientToBackend = up;
        backendToClient = down;
        ProxyHeader.Version proxyVersion = settings.proxyVersion();
        if (proxyVersion != ProxyHeader.Version.NONE) {
            // The header takes the handshake's acknowledgement along.
            hasDelayedAck = false;
            if (!loop.proxyHeaderSender().announce(up, proxyVersion, clientHigh, clientLow, clientPort)) {
                newBackend.socketErrorConsumed = true;
                onReset(newBackend);
            }
        }
        advance(up);
        advance(down);
        armBounds();
        if (phase == Phase.OPEN) {
            loop.delayedAcks().add(this);
        }
    }

    /** Whether the first exchange, bytes one way and bytes the other, is not over yet. */
    boolean isYoung() {
        return phase == Phase.OPEN && (bytesToBackend() == 0 || bytesToClient() == 0);
    }

    /** The first exchange was given its time: acknowledgements that were to travel with it are sent if it is not over. */
    void flushDelayedAck() {
        RelaySocket present = client;
        RelaySocket reached = backend;
        if (!isYoung() || present == null || reached == null) {
            return;
        }
        if (bytesToBackend() == 0 && hasDelayedAck) {
            loop.systemCalls().setOption(reached.fd, SocketOptions.SOL_TCP, SocketOptions.TCP_QUICKACK, 2);
        }
        // From here on as the kernel would have it by itself.
        loop.systemCalls().setOption(present.fd, SocketOptions.SOL_TCP, SocketOptions.TCP_QUICKACK, 1);
    }

    // ---- moving bytes ----

    /** One of the sides has an event. */
    void onReady(RelaySocket side, int events) {
        assert loop.eventLoop().inEventLoop();
        try {
            if ((events & Ready.PRI) != 0) {
                // The urgent byte stays in the stream, where it is relayed like any other.
                loop.systemCalls().setOption(side.fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_OOBINLINE, 1);
            }
            switch (phase) {
                case CONNECTING -> onConnecting(side, events);
                case OPEN, ABORTING -> {
                    if (side.isReset) {
                        onReset(side);
                    }
                    advance(flowFrom(side));
                    if ((events & Ready.OUT) != 0) {
                        advance(flowInto(side));
                    }
                }
                case DRAINING -> onDraining(side);
                case CLOSED -> {
                }
            }
        } catch (RuntimeException | AssertionError e) {
            onFault(e);
        }
    }

    /** A flow that had used up its share of the last turn. */
    void onTurn(Flow flow) {
        try {
            advance(flow);
        } catch (RuntimeException | AssertionError e) {
            onFault(e);
        }
    }

    private void advance(@Nullable Flow flow) {
        if (flow == null || flow.isOver() || (phase != Phase.OPEN && phase != Phase.ABORTING)) {
            return;
        }
        if (!flow.source.isReadable && !flow.hasPending() && !flow.isEnded) {
            return;
        }
        switch (loop.pump(flow)) {
            case DRAINED, BLOCKED -> {
            }
            case YIELD, CHANGE_PUMP -> flow.queue(loop);
            case ENDED -> onEnded(flow);
            case SOURCE_RESET -> onReset(flow.source);
            case TARGET_RESET -> {
                onReset(flow.target);
                // What the target had sent before its reset is still there.
                advance(flowFrom(flow.target));
            }
        }
    }

    void onDelivered(Flow flow, int bytes) {
        lastDelivered = now();
        wasLastToBackend = flow.isToBackend;
        LoopEndpoint connected = attempts.endpoint();
        if (connected != null) {
            connected.onDelivered(flow.isToBackend, bytes);
        }
        if (traffic != null) {
            traffic.onDelivered(flow.isToBackend, bytes);
        }
        if (!hasSpoken) {
            hasSpoken = true;
            if (flow.isToBackend) {
                listener.onClientSpokeFirst();
            } else {
                listener.onEndpointSpokeFirst();
            }
        }
    }

    // ---- endings ----

    /** The source has sent FIN, and everything before it is delivered. */
    private void onEnded(Flow flow) {
        flow.isFinished = true;
        flow.release(loop);
        Flow opposite = flowFrom(flow.target);
        if (phase == Phase.OPEN && opposite != null && opposite.isFinished) {
            // The target's FIN was read and it has been sent everything: close(2) sends ours.
            close(flow.isToBackend ? CloseReason.ENDPOINT_FIN : CloseReason.CLIENT_FIN, false);
            return;
        }
        if (loop.systemCalls().shutdownWrite(flow.target.fd) < 0) {
            flow.target.socketErrorConsumed = true;
            onReset(flow.target);
            return;
        }
        flow.target.hasSent = true;
        if (phase == Phase.OPEN) {
            since = now();
            armBounds();
        } else {
            settle();
        }
    }

    /** One side is reset: what it sent before still goes to the other, which then gets the reset too. */
    private void onReset(RelaySocket side) {
        Flow from = flowFrom(side);
        Flow into = flowInto(side);
        if (phase == Phase.OPEN && from != null && into != null) {
            phase = Phase.ABORTING;
            reset = new Reset(from, now());
            into.targetLost = true;
            into.release(loop);
            loop.wheel().arm(this, now() + Wheel.TICK_NANOS);
        } else if (reset != null && !side.equals(reset.side())) {
            // The survivor is gone as well.
            close(resetReason(reset), true);
            return;
        }
        settle();
    }

    private CloseReason resetReason(Reset settled) {
        return settled.side() == client ? CloseReason.CLIENT_RESET : CloseReason.ENDPOINT_RESET;
    }

    private void settle() {
        if (phase == Phase.ABORTING && reset != null
                && reset.isSettled(loop.systemCalls(), now(), lastDelivered)) {
            close(resetReason(reset), true);
        }
    }

    /**
     * Ends the relay by FIN to both sides, if it is idle: silent, everything taken, and no answer due. An answer is due
     * when the last byte went to the endpoint.
     *
     * @param quietNanos how long both directions must have been silent
     * @return false when it is busy
     */
    boolean drain(long quietNanos) {
        Flow up = clientToBackend;
        Flow down = backendToClient;
        if (phase != Phase.OPEN || up == null || down == null || up.hasPending() || down.hasPending()
                || wasLastToBackend || now() - lastDelivered < quietNanos || hasUnacked()) {
            return false;
        }
        phase = Phase.DRAINING;
        since = now();
        loop.wheel().arm(this, lingerEnd());
        loop.systemCalls().shutdownWrite(up.target.fd);
        loop.systemCalls().shutdownWrite(down.target.fd);
        onDraining(up.source);
        if (phase == Phase.DRAINING) {
            onDraining(down.source);
        }
        return true;
    }

    private long lingerEnd() {
        return since + settings.halfClosedNanos();
    }

    private void onDraining(RelaySocket side) {
        Flow from = flowFrom(side);
        if (from != null && !from.isFinished && loop.discard(side)) {
            from.isFinished = true;
            Flow other = flowInto(side);
            if (other != null && other.isFinished) {
                close(CloseReason.DRAIN, false);
            }
        }
    }

    /** Ends the relay by RST to both sides. */
    void abort(CloseReason reason) {
        close(reason, true);
    }

    private void onFault(Throwable fault) {
        LOG.error("relay of listener {} failed", listener.name(), fault);
        close(CloseReason.INTERNAL, true);
    }

    private void close(CloseReason reason, boolean withReset) {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        loop.wheel().disarm(this);
        release(clientToBackend);
        release(backendToClient);
        close(backend, withReset);
        close(client, withReset);
        attempts.onClosed(pool, clientHigh, clientLow, reason);
        pool.onRelayOver(reason, attempts.endpoint() != null, age());
        listener.onClosed();
        loop.fdBudget().release();
        loop.onClosed();
        loop.observer().onClosed(this, reason);
    }

    private void release(@Nullable Flow flow) {
        if (flow != null) {
            flow.release(loop);
        }
    }

    private void close(@Nullable RelaySocket side, boolean withReset) {
        if (side != null && !side.isClosed()) {
            if (withReset && !side.isReset) {
                loop.systemCalls().setResetOnClose(side.fd);
            }
            side.close();
        }
    }

    // ---- bounds ----

    @Override
    protected long onTimer(long now) {
        try {
            return switch (phase) {
                case CONNECTING -> onConnectTimer(now);
                case OPEN -> onOpenTimer(now);
                case ABORTING -> {
                    settle();
                    yield phase == Phase.ABORTING ? now + Wheel.TICK_NANOS : NEVER;
                }
                case DRAINING -> {
                    if (now >= lingerEnd()) {
                        close(CloseReason.DRAIN, true);
                    }
                    yield phase == Phase.DRAINING ? lingerEnd() : NEVER;
                }
                case CLOSED -> NEVER;
            };
        } catch (RuntimeException | AssertionError e) {
            onFault(e);
            return NEVER;
        }
    }

    private long onConnectTimer(long now) {
        long end = since + settings.connectTimeoutNanos();
        LoopEndpoint attempted = attempts.endpoint();
        if (now < end || attempted == null) {
            return end;
        }
        onAttemptFailed(ConnectFailure.TIMEOUT);
        connect();
        return NEVER;
    }

    /** Moves the timer to the next deadline; it may stand at that of the connect, or before a bound that has just begun. */
    private void armBounds() {
        if (phase == Phase.OPEN) {
            long next = onOpenTimer(now());
            if (phase == Phase.OPEN && next != NEVER) {
                loop.wheel().arm(this, next);
            }
        }
    }

    /** Ends what is over its bounds, and says when to look again; {@link #NEVER} when the phase is another one now. */
    private long onOpenTimer(long now) {
        boolean isHalfClosed = isFinished(clientToBackend) || isFinished(backendToClient);
        Bounds bounds = Bounds.of(settings, lifetimeEnd(), lastDelivered, isHalfClosed ? since : NEVER);
        if (now >= bounds.next()) {
            CloseReason reason = bounds.reasonAt(now);
            if (reason != CloseReason.HALF_CLOSED || !hasUnacked()) {
                wasEndpointSilent = isEndpointSilent();
                close(reason, true);
                return NEVER;
            }
            // A slow reader has not taken everything yet: that is no silence. The idle bound still holds.
            since = now;
            bounds = Bounds.of(settings, lifetimeEnd(), lastDelivered, since);
        }
        long nextLook = look(now);
        return phase == Phase.OPEN ? Math.min(now + LOOK_NANOS, Math.min(bounds.next(), nextLook)) : NEVER;
    }

    private long lifetimeEnd() {
        return Bounds.lifetimeEnd(settings, openedAt, number);
    }

    /** Looks for dead peers, and sets keepalive once the relay is no longer young; says when to look again. */
    private long look(long now) {
        long next = Math.min(look(now, client, settings.clientUserTimeoutNanos()),
                look(now, backend, settings.endpointUserTimeoutNanos()));
        if (hasKeepAlive || backend == null || phase != Phase.OPEN) {
            return next;
        }
        if (now - openedAt < KeepAlive.AGE_NANOS) {
            return Math.min(next, openedAt + KeepAlive.AGE_NANOS);
        }
        hasKeepAlive = true;
        loop.keepAlive().guard(backend, settings.keepAlive());
        return next;
    }

    private long look(long now, @Nullable RelaySocket side, long userTimeoutNanos) {
        if (userTimeoutNanos == 0 || side == null || phase != Phase.OPEN) {
            return NEVER;
        }
        long next = loop.userTimeout().look(side, now, userTimeoutNanos);
        if (next != UserTimeout.DEAD) {
            return next;
        }
        // The kernel has not given it up, so it is still to be reset, or its close would send FIN behind a queue.
        onReset(side);
        return NEVER;
    }

    /**
     * Whose silence it is: of the side that does not take what it is sent; else of the one whose FIN is missing while the
     * other's has come; else of the one to which the last byte went, since it owes the answer. The client's, when no byte
     * was moved.
     */
    private boolean isEndpointSilent() {
        boolean isStuckToBackend = isStuck(clientToBackend);
        boolean hasEnded = isFinished(clientToBackend);
        if (isStuckToBackend != isStuck(backendToClient)) {
            return isStuckToBackend;
        }
        return hasEnded == isFinished(backendToClient) ? wasLastToBackend : hasEnded;
    }

    private boolean isStuck(@Nullable Flow flow) {
        return flow != null && (flow.hasPending() || hasUnacked(flow.target));
    }

    /** Whether one of the sides has not acknowledged everything that was sent to it. */
    private boolean hasUnacked() {
        return hasUnacked(client) || hasUnacked(backend);
    }

    private boolean hasUnacked(@Nullable RelaySocket side) {
        return side != null && loop.systemCalls().unacknowledged(side.fd) > 0;
    }

    private static boolean isFinished(@Nullable Flow flow) {
        return flow != null && flow.isFinished;
    }

    private @Nullable Flow flowFrom(RelaySocket side) {
        return side == client ? clientToBackend : backendToClient;
    }

    private @Nullable Flow flowInto(RelaySocket side) {
        return side == client ? backendToClient : clientToBackend;
    }

    private long now() {
        return loop.eventLoop().now();
    }

    // ---- what observers may ask ----

    /** The listener it came through. */
    public LoopListener listener() {
        return listener;
    }

    /** Whether it has reached its endpoint and is not over yet. */
    public boolean isConnected() {
        return phase == Phase.OPEN || phase == Phase.ABORTING || phase == Phase.DRAINING;
    }

    /** The pool it was accepted for. */
    public LoopPool pool() {
        return pool;
    }

    /** Whether its endpoint is the one that its client was pinned to before it came. */
    public boolean isPinned() {
        return attempts.isPinned();
    }

    /** Its endpoint, the last one tried when none took it, or null when none could be selected. */
    public @Nullable LoopEndpoint endpoint() {
        return attempts.endpoint();
    }

    /** Its number on its loop, counted from 1 in the order in which relays are accepted. */
    public long number() {
        return number;
    }

    /** As it is now, for an operator. */
    RelayView view() {
        LoopEndpoint present = endpoint();
        return new RelayView(number, listener.name(), pool.name(), phase.name().toLowerCase(Locale.ROOT), clientHigh,
                clientLow, clientPort, present == null ? null : present.endpoint(), age(), now() - lastDelivered,
                bytesToBackend(), bytesToClient(), attempts(), isPinned());
    }

    /** How long ago it was accepted, in nanoseconds. */
    public long age() {
        return now() - openedAt;
    }

    /** When it was connected or, after the first FIN, half-closed, in the loop's time. */
    long connectedAt() {
        return since;
    }

    /** Whether it has reached an endpoint; stays so when it is over. */
    public boolean wasConnected() {
        return clientToBackend != null;
    }

    /** From its acceptance until its endpoint was connected, failed attempts included, in nanoseconds; -1 if it never was. */
    public long connectNanos() {
        return wasConnected() && backend != null ? backend.connectMicros * 1_000L : -1;
    }

    /** Attempts to reach an endpoint, one that is under way included. */
    public int attempts() {
        return attempts.begun();
    }

    /** Why the last failed attempt failed; null when none has. */
    public @Nullable ConnectFailure lastFailure() {
        return attempts.lastFailure();
    }

    /** Of a relay that {@link CloseReason#IDLE} or {@link CloseReason#HALF_CLOSED} ended: whether it waited for the endpoint. */
    public boolean wasEndpointSilent() {
        return wasEndpointSilent;
    }

    /** Bytes delivered to the endpoint. */
    public long bytesToBackend() {
        return clientToBackend == null ? 0 : clientToBackend.delivered();
    }

    /** Bytes delivered to the client. */
    public long bytesToClient() {
        return backendToClient == null ? 0 : backendToClient.delivered();
    }

    /** Upper half of the client's address, IPv4 in its IPv4-mapped form. */
    public long clientHigh() {
        return clientHigh;
    }

    /** Lower half of the client's address. */
    public long clientLow() {
        return clientLow;
    }

    /** The client's port. */
    public int clientPort() {
        return clientPort;
    }
}
