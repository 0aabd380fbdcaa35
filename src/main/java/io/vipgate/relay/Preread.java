package io.vipgate.relay;

import io.vipgate.access.SourceHold;
import io.vipgate.eventloop.Ready;
import io.vipgate.eventloop.ReadyHandler;
import io.vipgate.eventloop.Registration;
import io.vipgate.eventloop.Wheel;
import io.vipgate.eventloop.WheelTimer;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.Errno;
import io.vipgate.linux.SocketOptions;
import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.proxyprotocol.ProxyHeaderParser;
import io.vipgate.proxyprotocol.ReceivedHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that has no relay yet, since its first bytes decide about it: the PROXY protocol header that its peer must send.
 *
 * <h2>Looks</h2>
 *
 * The bytes are looked at and stay in the socket: nothing is buffered, so that a client that waits costs a descriptor and this
 * object. After a look that found too little, the kernel is told how many bytes must have come before the next one is worth
 * it. Where that is not known, as within a line of text, single bytes could still make a look each: after 16 looks the next
 * one waits for eight bytes more, or for half as long again as the client has had. There are never more than 32, the last of
 * them when the time is over.
 *
 * <h2>Endings</h2>
 *
 * A whole header: its client is judged as those are that come by themselves, and gets a relay, which consumes the header when
 * it is connected. Anything else is reset: no header, one that is malformed, none in time. So is the client that has waited
 * longest, on this loop, when three quarters of the listener's places wait and another one comes.
 *
 * <p>Confined to its event loop.
 */
final class Preread extends WheelTimer implements ReadyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Preread.class);
    private static final int EVENTS = Ready.IN | Ready.RDHUP | Ready.EDGE;
    private static final int UNPACED_LOOKS = 16;
    /** The last one is kept for the deadline. */
    private static final int MAX_LOOKS = 31;
    private static final int PACED_BYTES = 8;
    /** No header is so long: bytes wake nobody. */
    private static final int NEVER_ENOUGH = ProxyHeaderParser.MAX_BYTES + 1;
    /** Reads that are made to close without a reset; a client that goes on sending gets one. */
    private static final int MAX_DISCARDS = 4;

    private final RelayLoop loop;
    private final LoopListener listener;
    private final ProxyAcceptance rules;
    private final long peerHigh;
    private final long peerLow;
    private final long deadline;
    private final int fd;
    private final char peerPort;
    private @Nullable Registration registration;
    /** Among those that wait. */
    @Nullable
    Preread before;
    @Nullable
    Preread behind;
    private short lowWater = 1;
    private byte looks;
    private boolean hasFin;
    private boolean isOver;

    private Preread(RelayLoop loop, LoopListener listener, ProxyAcceptance rules, int fd, ClientAddress peer) {
        this.loop = loop;
        this.listener = listener;
        this.rules = rules;
        this.fd = fd;
        peerHigh = peer.high();
        peerLow = peer.low();
        peerPort = (char) peer.port();
        deadline = loop.eventLoop().now() + rules.timeoutNanos();
    }

    /**
     * Takes an accepted client over. Its places at the listener and in the descriptor budget have been taken already.
     *
     * @param fd the client's socket, which the stage owns from now on
     */
    static void begin(RelayLoop loop, LoopListener listener, ProxyAcceptance rules, int fd, ClientAddress peer) {
        Preread preread = new Preread(loop, listener, rules, fd, peer);
        preread.guarded(preread::look);
    }

    @Override
    public void onReady(int events) {
        assert loop.eventLoop().inEventLoop();
        if (isOver) {
            return;
        }
        if ((events & (Ready.ERR | Ready.HUP)) != 0) {
            guarded(() -> end(RefuseReason.PROXY_LEFT, false));
            return;
        }
        hasFin |= (events & Ready.RDHUP) != 0;
        if (looks < MAX_LOOKS || hasFin) {
            guarded(this::look);
        }
    }

    @Override
    protected long onTimer(long now) {
        guarded(() -> {
            boolean isLate = now >= deadline;
            if (!isOver && (isLate || (looks >= UNPACED_LOOKS && looks < MAX_LOOKS))) {
                look();
            }
            if (!isOver && isLate) {
                listener.warnings().onSilent(loop.eventLoop(), peerHigh, peerLow, rules.timeoutNanos());
                end(RefuseReason.PROXY_TIMEOUT, true);
            }
        });
        return isOver ? NEVER : nextTime(now);
    }

    private long nextTime(long now) {
        boolean isPaced = looks >= UNPACED_LOOKS && looks < MAX_LOOKS;
        return isPaced ? Math.min(deadline, now + Math.max(Wheel.TICK_NANOS, age(now) / 2)) : deadline;
    }

    private long age(long now) {
        return now - (deadline - rules.timeoutNanos());
    }

    /** A fault of the gateway itself ends this client, and no other. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) {
            LOG.error("a client of listener {} failed before it had a relay", listener.name(), e);
            if (!isOver) {
                end(RefuseReason.PROXY_LEFT, true);
            }
        }
    }

    private void look() {
        looks++;
        int seen = loop.systemCalls().peek(fd, loop.scratch().address(), ProxyHeaderParser.MAX_BYTES);
        if (seen == -Errno.EAGAIN) {
            await(1);
        } else if (seen <= 0) {
            end(RefuseReason.PROXY_LEFT, false);
        } else {
            ReceivedHeader header = loop.proxyHeaderParser().parse(loop.scratch(), seen);
            boolean isAccepted = rules.accepts(header.version());
            switch (isAccepted ? header.kind() : ReceivedHeader.Kind.INVALID) {
                case INCOMPLETE -> {
                    if (hasFin) {
                        end(RefuseReason.PROXY_LEFT, true);
                    } else {
                        await(header.needed());
                    }
                }
                case INVALID -> {
                    listener.warnings().onNoHeader(loop.eventLoop(), peerHigh, peerLow,
                            isAccepted ? header.fault() : "its version is not accepted");
                    end(RefuseReason.PROXY_INVALID, true);
                }
                case PROXIED, LOCAL -> onHeader(header);
            }
        }
    }

    private void await(int bytes) {
        if (registration == null) {
            registration = loop.eventLoop().register(fd, EVENTS, this);
            loop.onWaiting(1);
            listener.onWaiting(this);
        }
        lowWater(Math.min(NEVER_ENOUGH, looks < UNPACED_LOOKS ? bytes : bytes + PACED_BYTES - 1));
        loop.wheel().arm(this, nextTime(loop.eventLoop().now()));
    }

    private void lowWater(int bytes) {
        if (bytes != lowWater) {
            lowWater = (short) bytes;
            loop.systemCalls().setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVLOWAT, bytes);
        }
    }

    private void onHeader(ReceivedHeader header) {
        ClientAddress peer = peer();
        Conveyed conveyed = Conveyed.of(peer, header);
        ClientAddress client = peer;
        SourceHold hold = null;
        if (!conveyed.isLocal()) {
            client = header.source();
            Admission admission = listener.admission();
            RefuseReason reason = admission.refusal(client.high(), client.low());
            if (reason != null) {
                end(reason, !admission.answersWithFin(), client, conveyed);
                return;
            }
            reason = admission.enter(client.high(), client.low(), loop.eventLoop().now());
            if (reason != null) {
                end(reason, true, client, conveyed);
                return;
            }
            hold = admission.hold();
        }
        listener.counts().onHeader(header.version() == ProxyHeader.Version.V1, conveyed.isLocal());
        lowWater(1);
        leave();
        listener.onAccepted();
        Relay.open(loop, listener, fd, registration, client, ClientOrigin.of(conveyed, hold),
                deadline - rules.timeoutNanos());
    }

    private ClientAddress peer() {
        ClientAddress peer = new ClientAddress();
        peer.set(peerHigh, peerLow, peerPort);
        return peer;
    }

    /** Another client comes, and this one has waited longest. */
    void giveWay() {
        guarded(() -> end(RefuseReason.PREREAD_FULL, true));
    }

    private void end(RefuseReason reason, boolean withReset) {
        end(reason, withReset, peer(), null);
    }

    private void end(RefuseReason reason, boolean withReset, ClientAddress client, @Nullable Conveyed conveyed) {
        leave();
        if (withReset) {
            loop.systemCalls().setResetOnClose(fd);
        } else {
            discard();
        }
        if (registration == null) {
            loop.systemCalls().close(fd);
        } else {
            registration.close();
        }
        listener.release();
        loop.fdBudget().release();
        loop.onRefused(listener, client, conveyed, reason, age(loop.eventLoop().now()));
    }

    /** Reads what has come, since close(2) with unread bytes resets. */
    private void discard() {
        MemorySegment scratch = loop.scratch();
        for (int i = 0; i < MAX_DISCARDS; i++) {
            if (loop.systemCalls().receive(fd, scratch.address(), (int) scratch.byteSize()) <= 0) {
                return;
            }
        }
    }

    /** It waits no longer. */
    private void leave() {
        isOver = true;
        loop.wheel().disarm(this);
        if (registration != null) {
            loop.onWaiting(-1);
            listener.onWaitingOver(this);
        }
    }
}
