package io.vipgate.relay;

import io.vipgate.eventloop.Ready;
import io.vipgate.linux.SocketOptions;
import io.vipgate.proxyprotocol.ProxyHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * How a relay reaches an endpoint: attempts, their failures, and what begins once one is connected.
 *
 * <p>Stateless: every method is confined to the event loop of its relay. Static, since an object for each relay would cost
 * an idle one memory.
 */
final class RelayConnect {
    private RelayConnect() {}

    /** Begins connects until one is under way or no endpoint is left. */
    static void connect(Relay relay) {
        LoopEndpoint next = next(relay);
        while (next != null) {
            relay.hasDelayedAck = relay.listener.canDelayHandshakeAck();
            int fd = begin(relay, next);
            if (fd >= 0) {
                relay.backend = relay.watch(fd, true);
            }
            if (relay.backend != null) {
                relay.since = relay.now();
                relay.loop.wheel().arm(relay, relay.since + relay.settings.connectTimeoutNanos());
                HedgeQueue hedges = relay.pool.hedges();
                if (hedges != null) {
                    hedges.add(relay);
                }
                return;
            }
            if (fd == TransparentConnect.REFUSED) {
                relay.attempts.withdraw();
                refuse(relay, RefuseReason.CLIENT_ADDRESS);
                return;
            }
            onAttemptFailed(relay, fd < 0 ? ConnectFailure.of(-fd) : ConnectFailure.LOCAL);
            next = next(relay);
        }
        if (relay.attempts.failed() == 0) {
            refuse(relay, TransparentConnect.whyNone(relay));
        } else {
            RelayEndings.close(relay, CloseReason.CONNECT_FAILED, true);
        }
    }

    private static void refuse(Relay relay, RefuseReason reason) {
        relay.listener.onRefused(reason);
        relay.loop.observer().onRefused(relay.listener, reason);
        RelayEndings.close(relay, CloseReason.CONNECT_FAILED, true);
    }

    /** Begins a connect; a descriptor, a negated error number, or {@link TransparentConnect#REFUSED}. */
    static int begin(Relay relay, LoopEndpoint next) {
        TransparentSource source = relay.pool.transparent();
        return source == null
                ? relay.loop.dialer().begin(next, relay.settings, relay.hasDelayedAck)
                : TransparentConnect.begin(relay, next, source);
    }

    private static @Nullable LoopEndpoint next(Relay relay) {
        LoopEndpoint next = relay.attempts.next(relay.pool, relay.clientHigh, relay.clientLow, relay.isPinnable(),
                relay.now());
        return next == null ? TransparentConnect.onceMore(relay) : next;
    }

    /** The present attempt has failed: another one that is under way goes on, or the next one begins. */
    static void goOn(Relay relay) {
        if (!RelayHedge.goOn(relay)) {
            connect(relay);
        }
    }

    /** The attempt that is under way is over; its socket is closed. */
    static void onAttemptFailed(Relay relay, ConnectFailure failure) {
        LoopEndpoint attempted = relay.attempts.endpoint();
        if (attempted != null && relay.attempts.isFromClient()) {
            TransparentConnect.onFailed(relay, attempted, failure);
        }
        relay.attempts.onFailed(failure);
        relay.loop.observer().onConnectFailed(relay, failure);
        if (relay.backend != null) {
            relay.backend.close();
            relay.backend = null;
        }
    }

    /** An event of one of the sockets while a connect is under way. */
    static void onConnecting(Relay relay, RelaySocket socket, int events) {
        if (socket != relay.backend && (events & (Ready.ERR | Ready.HUP | Ready.OUT)) != 0) {
            RelayHedge.onNews(relay, socket);
        }
        LoopEndpoint attempted = relay.attempts.endpoint();
        if (socket == relay.client) {
            // A client that resets is gone. One that sends FIN has only ended its request.
            if ((events & (Ready.ERR | Ready.HUP)) != 0) {
                RelayEndings.close(relay, CloseReason.CLIENT_RESET, true);
            }
        } else if (attempted != null && (events & (Ready.ERR | Ready.HUP)) != 0) {
            if (relay.loop.systemCalls().unread(socket.fd) > 0) {
                // It was connected, and reset after the endpoint had spoken: that is an answer, not a failed connect.
                onConnected(relay, socket);
                return;
            }
            int error = relay.loop.systemCalls().socketError(socket.fd);
            onAttemptFailed(relay, error > 0 ? ConnectFailure.ofSocketError(error) : ConnectFailure.RESET);
            goOn(relay);
        } else if (attempted != null && (events & Ready.OUT) != 0) {
            if (relay.loop.dialer().hasReachedItself(socket.fd, attempted)) {
                onAttemptFailed(relay, ConnectFailure.REFUSED);
                goOn(relay);
            } else {
                onConnected(relay, socket);
            }
        }
    }

    private static void onConnected(Relay relay, RelaySocket newBackend) {
        RelaySocket present = relay.client;
        if (present == null) {
            return;
        }
        relay.phase = RelayPhase.OPEN;
        HedgeQueue hedges = relay.pool.hedges();
        if (hedges != null) {
            RelayHedge.onConnected(relay, hedges);
        }
        relay.attempts.onConnected(relay.pool, relay.clientHigh, relay.clientLow, relay.now() - relay.since);
        LoopEndpoint reached = relay.attempts.endpoint();
        if (reached != null && relay.attempts.isFromClient()) {
            TransparentConnect.onReached(relay, reached);
        }
        relay.traffic = reached == null ? null : reached.traffic(relay.listener.name());
        relay.loop.observer().onConnected(relay);
        relay.since = relay.now();
        newBackend.connectMicros = (int) Math.min(Integer.MAX_VALUE, (relay.since - relay.openedAt) / 1_000);
        relay.lastDelivered = relay.since;
        present.isWritable = true;
        present.hasNoDelay = true;
        Flow up = new Flow(present, newBackend, true);
        Flow down = new Flow(newBackend, present, false);
        relay.clientToBackend = up;
        relay.backendToClient = down;
        exchangeHeaders(relay, up);
        relay.advance(up);
        relay.advance(down);
        RelayTimeouts.armBounds(relay);
        if (relay.isYoung()) {
            relay.loop.delayedAcks().add(relay);
        }
    }

    /** Takes the PROXY header off the client's bytes, if one came, and sends one to the endpoint, if it gets one. */
    private static void exchangeHeaders(Relay relay, Flow up) {
        Conveyed conveyed = relay.conveyed();
        MemorySegment received = null;
        if (conveyed != null) {
            received = consume(relay, up.source.fd, conveyed.headerBytes);
            if (received == null) {
                up.source.socketErrorConsumed = true;
                RelayEndings.onReset(relay, up.source);
                return;
            }
        }
        if (relay.settings.header().version() != ProxyHeader.Version.NONE) {
            // The header takes the handshake's acknowledgement along.
            relay.hasDelayedAck = false;
            if (!relay.loop.proxyHeaderSender().send(relay, up, received)) {
                up.target.socketErrorConsumed = true;
                RelayEndings.onReset(relay, up.target);
            }
        }
    }

    /** Reads a header that was looked at before; its fields, or null when the client is reset meanwhile and the bytes are gone. */
    private static @Nullable MemorySegment consume(Relay relay, int fd, int bytes) {
        MemorySegment scratch = relay.loop.scratch();
        int read = 0;
        while (read < bytes) {
            int more = relay.loop.systemCalls().receive(fd, scratch.address() + read, bytes - read);
            if (more <= 0) {
                return null;
            }
            read += more;
        }
        return relay.loop.proxyHeaderParser().parse(scratch, bytes).tlvs();
    }

    /** The first exchange was given its time: acknowledgements that were to travel with it are sent if it is not over. */
    static void flushDelayedAck(Relay relay) {
        RelaySocket present = relay.client;
        RelaySocket reached = relay.backend;
        if (!relay.isYoung() || present == null || reached == null) {
            return;
        }
        if (relay.bytesToBackend() == 0 && relay.hasDelayedAck) {
            relay.loop.systemCalls().setOption(reached.fd, SocketOptions.SOL_TCP, SocketOptions.TCP_QUICKACK, 2);
        }
        // From here on as the kernel would have it by itself.
        relay.loop.systemCalls().setOption(present.fd, SocketOptions.SOL_TCP, SocketOptions.TCP_QUICKACK, 1);
    }
}
