package io.vipgate.relay;

import io.vipgate.eventloop.Ready;
import io.vipgate.eventloop.Registration;
import io.vipgate.eventloop.Wheel;
import io.vipgate.eventloop.WheelTimer;
import io.vipgate.linux.ClientAddress;
import org.jspecify.annotations.Nullable;

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
 *     └──drain, nothing under way──► DRAINING  ──FIN of both, or halfClosed► CLOSED (FIN to both)
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
 * {@link RelayEndings#close} is the only place that ends a relay: it frees what the flows hold, closes both sides and gives every
 * count back. close(2) with unread input resets the connection, so a side is closed only after its FIN was read, or where
 * a reset is meant.
 *
 * <p>Confined to its event loop. The state is an enum and flags, not records: the hot path allocates nothing.
 */
public final class Relay extends WheelTimer implements RelayInfo {
    final RelayLoop loop;
    final LoopListener listener;
    final LoopPool pool;
    /** Of the time when it was accepted: a reload changes nothing for it. */
    final RelaySettings settings;
    final long clientHigh;
    final long clientLow;
    final char clientPort;
    final long openedAt;
    final long number;
    final Attempts attempts = new Attempts();

    RelayPhase phase = RelayPhase.CONNECTING;
    /** Among the open relays of its loop. */
    int position;
    @Nullable
    RelaySocket client;
    @Nullable
    RelaySocket backend;
    @Nullable
    Flow clientToBackend;
    @Nullable
    Flow backendToClient;
    @Nullable
    Traffic traffic;
    /** When the present attempt, the first half-close, or the present phase began. */
    long since;
    /** When a byte last reached either side. */
    long lastDelivered;
    @Nullable
    Reset reset;
    boolean hasDelayedAck;
    /** The last byte went to the endpoint, so that an answer may be due. */
    boolean wasLastToBackend;
    /** Of a relay that a silence has ended: it was the endpoint's. */
    boolean wasEndpointSilent;

    /** Where there is more to its client than an address. */
    final @Nullable ClientOrigin origin;

    private Relay(RelayLoop loop, LoopListener listener, LoopPool pool, ClientAddress address,
            @Nullable ClientOrigin origin, long acceptedAt) {
        this.loop = loop;
        this.listener = listener;
        this.pool = pool;
        settings = pool.settings();
        clientHigh = address.high();
        clientLow = address.low();
        clientPort = (char) address.port();
        openedAt = acceptedAt;
        number = loop.nextNumber();
        since = loop.eventLoop().now();
        lastDelivered = since;
        this.origin = origin;
    }

    /**
     * Takes an accepted client over. Its places at the listener and in the descriptor budget have been taken already.
     *
     * @param pool whose endpoints serve it
     * @param fd the client's socket, which the relay owns from now on
     * @param watched its registration, where it was watched before; null when it was not
     * @param origin null when there is nothing to tell but the address
     */
    static void open(RelayLoop loop, LoopListener listener, LoopPool pool, int fd, @Nullable Registration watched,
            ClientAddress address, @Nullable ClientOrigin origin, long acceptedAt) {
        Relay relay = new Relay(loop, listener, pool, address, origin, acceptedAt);
        loop.onOpened(relay);
        try {
            if (watched == null) {
                relay.client = relay.watch(fd, false);
            } else {
                RelaySocket.takeOver(relay, watched);
            }
            loop.observer().onOpened(relay);
            if (relay.client == null) {
                RelayEndings.close(relay, CloseReason.INTERNAL, true);
            } else {
                RelayConnect.connect(relay);
            }
        } catch (Throwable e) {
            RelayEndings.onFault(relay, e);
        }
    }

    /** Hands a socket to the event loop; null when epoll can't take it (no memory, or max_user_watches). */
    @Nullable
    RelaySocket watch(int fd, boolean isAttempt) {
        try {
            return RelaySocket.watch(this, loop, fd, isAttempt);
        } catch (Throwable e) {
            loop.systemCalls().setResetOnClose(fd);
            loop.systemCalls().close(fd);
            listener.warnings().onUnwatched(loop.eventLoop(), String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** Whether it is not over. */
    boolean isOpen() {
        return phase != RelayPhase.CLOSED;
    }

    /** Whether the first exchange, bytes one way and bytes the other, is not over yet. */
    boolean isYoung() {
        return phase == RelayPhase.OPEN && (bytesToBackend() == 0 || bytesToClient() == 0);
    }

    // ---- moving bytes ----

    /** One of the sides has an event. */
    void onReady(RelaySocket socket, int events) {
        assert loop.eventLoop().inEventLoop();
        try {
            switch (phase) {
                case CONNECTING -> RelayConnect.onConnecting(this, socket, events);
                case OPEN, ABORTING -> {
                    if (socket.isReset) {
                        RelayEndings.onReset(this, socket);
                    }
                    advance(flowFrom(socket));
                    if ((events & Ready.OUT) != 0) {
                        advance(flowInto(socket));
                    }
                }
                case DRAINING, LEAVING, HOMING -> RelayEndings.onDraining(this, socket);
                case CLOSED -> {
                }
            }
        } catch (Throwable e) {
            RelayEndings.onFault(this, e);
        }
    }

    /** A flow that had used up its share of the last turn. */
    void onTurn(Flow flow) {
        try {
            advance(flow);
        } catch (Throwable e) {
            RelayEndings.onFault(this, e);
        }
    }

    void advance(@Nullable Flow flow) {
        if (flow == null || flow.isOver() || (phase != RelayPhase.OPEN && phase != RelayPhase.ABORTING)) {
            return;
        }
        if (!flow.source.isReadable && !flow.hasPending() && !flow.isEnded) {
            return;
        }
        switch (loop.pump(flow)) {
            case DRAINED, BLOCKED -> {
            }
            case YIELD, CHANGE_PUMP -> flow.queue(loop);
            case ENDED -> RelayEndings.onEnded(this, flow);
            case SOURCE_RESET -> RelayEndings.onReset(this, flow.source);
            case TARGET_RESET -> {
                RelayEndings.onReset(this, flow.target);
                // What the target had sent before its reset is still there.
                advance(flowFrom(flow.target));
            }
        }
    }

    void onDelivered(Flow flow, int bytes) {
        lastDelivered = now();
        wasLastToBackend = flow.isToBackend;
        if (traffic != null) {
            traffic.onDelivered(flow.isToBackend, bytes);
        }
        if (flow.delivered() == bytes) {
            if (isYoung()) {
                listener.onSpokeFirst(flow.isToBackend);
            } else {
                loop.delayedAcks().onExchanged();
            }
        }
    }

    /** Ends the relay by RST to both sides. */
    void abort(CloseReason reason) {
        try {
            RelayEndings.close(this, reason, true);
        } catch (Throwable e) {
            RelayEndings.onFault(this, e);
        }
    }

    @Override
    protected long onTimer(long now) {
        try {
            return switch (phase) {
                case CONNECTING -> RelayTimeouts.onConnectTimer(this, now);
                case OPEN -> RelayTimeouts.onOpenTimer(this, now);
                case ABORTING -> {
                    RelayEndings.settle(this);
                    yield phase == RelayPhase.ABORTING ? now + Wheel.TICK_NANOS : NEVER;
                }
                case DRAINING, LEAVING, HOMING -> {
                    if (now >= RelayEndings.drainEnd(this)) {
                        RelayEndings.close(this, phase.drainReason(), true);
                    }
                    yield phase.isDraining() ? RelayEndings.drainEnd(this) : NEVER;
                }
                case CLOSED -> NEVER;
            };
        } catch (Throwable e) {
            RelayEndings.onFault(this, e);
            return NEVER;
        }
    }

    @Nullable
    Flow flowFrom(RelaySocket socket) {
        return socket == client ? clientToBackend : backendToClient;
    }

    BufferBounds buffersOf(RelaySocket socket) {
        return socket == client ? listener.buffers() : settings.buffers();
    }

    @Nullable
    Flow flowInto(RelaySocket socket) {
        return socket == client ? backendToClient : clientToBackend;
    }

    long now() {
        return loop.eventLoop().now();
    }

    // ---- what observers may ask ----

    @Override
    public LoopListener listener() {
        return listener;
    }

    @Override
    public boolean isConnected() {
        return phase == RelayPhase.OPEN || phase == RelayPhase.ABORTING || phase.isDraining();
    }

    @Override
    public LoopPool pool() {
        return pool;
    }

    @Override
    public @Nullable Conveyed conveyed() {
        return origin == null ? null : origin.conveyed();
    }

    @Override
    public @Nullable HelloInfo hello() {
        return origin == null ? null : origin.hello();
    }

    /** Whether its client may be pinned: not a peer that conveys nobody, such as a balancer's check. */
    boolean isPinnable() {
        return origin == null || origin.conveyed() == null || !origin.conveyed().isLocal();
    }

    @Override
    public boolean isPinned() {
        return attempts.isPinned();
    }

    @Override
    public @Nullable LoopEndpoint endpoint() {
        return attempts.endpoint();
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public long age() {
        return now() - openedAt;
    }

    /** When it was connected or, after the first FIN, half-closed, in the loop's time. */
    long connectedAt() {
        return since;
    }

    @Override
    public boolean wasConnected() {
        return clientToBackend != null;
    }

    @Override
    public long connectNanos() {
        return wasConnected() && backend != null ? backend.connectMicros * 1_000L : -1;
    }

    @Override
    public int attempts() {
        return attempts.begun();
    }

    @Override
    public boolean wasHedged() {
        return attempts.wasHedged();
    }

    @Override
    public boolean hasHedgeWon() {
        return attempts.hasHedgeWon();
    }

    @Override
    public @Nullable ConnectFailure lastFailure() {
        return attempts.lastFailure();
    }

    @Override
    public boolean wasEndpointSilent() {
        return wasEndpointSilent;
    }

    @Override
    public long bytesToBackend() {
        return clientToBackend == null ? 0 : clientToBackend.delivered();
    }

    @Override
    public long bytesToClient() {
        return backendToClient == null ? 0 : backendToClient.delivered();
    }

    @Override
    public long clientHigh() {
        return clientHigh;
    }

    @Override
    public long clientLow() {
        return clientLow;
    }

    @Override
    public int clientPort() {
        return clientPort;
    }
}
