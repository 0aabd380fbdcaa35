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
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that has no relay yet, since its first bytes decide about it: the PROXY protocol header that its peer must send, then
 * the ClientHello that names a server, or either alone.
 *
 * <h2>Looks</h2>
 *
 * The bytes are looked at and stay in the socket: nothing is buffered, so that a client that waits costs a descriptor and this
 * object. From the third look on that finds too little, the kernel is told how many bytes must have come before the next one is
 * worth it; what comes in two segments shall not cost a system call for that. Where it is not known, as within a line of text,
 * single bytes could still make a look each: after 16 looks the next one waits for eight bytes more, or for half as long again
 * as the client has had. There are never more than 32 in a step, the last of them when the time is over.
 *
 * <h2>Endings</h2>
 *
 * A client that has passed its steps gets a relay, which consumes the header, and nothing else, when it is connected. Whom a
 * step refuses gets none; nor does the client that has waited longest, on this loop, when three quarters of the listener's
 * places wait and another one comes.
 *
 * <p>Confined to its event loop.
 */
final class Preread extends WheelTimer implements ReadyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Preread.class);
    private static final int EVENTS = Ready.IN | Ready.RDHUP | Ready.EDGE;
    private static final int UNPACED_LOOKS = 16;
    /** One when the client is accepted, one when its first bytes come. */
    private static final int UNTOLD_LOOKS = 2;
    /** The last one is kept for the deadline. */
    private static final int MAX_LOOKS = 31;
    private static final int PACED_BYTES = 8;
    /** Reads that are made to close without a reset; a client that goes on sending gets one. */
    private static final int MAX_DISCARDS = 4;

    private final RelayLoop loop;
    private final LoopListener listener;
    private final long acceptedAt;
    private final int fd;
    private PrereadStep step;
    private long deadline;
    /** The client, which is the peer until a header has conveyed another. */
    private long clientHigh;
    private long clientLow;
    private char clientPort;
    private @Nullable ClientOrigin origin;
    private @Nullable Registration registration;
    /** Among those that wait. */
    @Nullable
    Preread before;
    @Nullable
    Preread behind;
    private int lowWater = 1;
    private byte looks;
    private boolean hasFin;
    private boolean isOver;

    private Preread(RelayLoop loop, LoopListener listener, PrereadStep step, int fd, ClientAddress peer,
            @Nullable ClientOrigin origin) {
        this.loop = loop;
        this.listener = listener;
        this.fd = fd;
        this.origin = origin;
        this.step = step;
        clientHigh = peer.high();
        clientLow = peer.low();
        clientPort = (char) peer.port();
        acceptedAt = loop.eventLoop().now();
        deadline = acceptedAt + step.timeoutNanos();
    }

    /**
     * Takes an accepted client over. Its places at the listener and in the descriptor budget have been taken already.
     *
     * @param step the first
     * @param fd the client's socket, which the stage owns from now on
     * @param origin null when there is nothing to tell but the peer's address
     */
    static void begin(RelayLoop loop, LoopListener listener, PrereadStep step, int fd, ClientAddress peer,
            @Nullable ClientOrigin origin) {
        Preread preread = new Preread(loop, listener, step, fd, peer, origin);
        preread.guarded(preread::look);
    }

    @Override
    public void onReady(int events) {
        assert loop.eventLoop().inEventLoop();
        if (isOver) {
            return;
        }
        if ((events & (Ready.ERR | Ready.HUP)) != 0) {
            guarded(() -> refuse(step.left(), false));
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
            if (!isOver && now >= deadline) {
                step.warnOfLate(this, client());
                refuse(step.late(), true);
            }
        });
        return isOver ? NEVER : nextTime(now);
    }

    private long nextTime(long now) {
        boolean isPaced = looks >= UNPACED_LOOKS && looks < MAX_LOOKS;
        return isPaced ? Math.min(deadline, now + Math.max(Wheel.TICK_NANOS, ofStep(now) / 2)) : deadline;
    }

    /** Since the step has begun. */
    private long ofStep(long now) {
        return now - (deadline - step.timeoutNanos());
    }

    /** A fault of the gateway itself ends this client, and no other. */
    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            LOG.error("a client of listener {} failed before it had a relay", listener.name(), e);
            if (!isOver) {
                refuse(step.left(), true);
            }
        }
    }

    private void look() {
        looks++;
        int seen = loop.systemCalls().peek(fd, loop.scratch().address(), step.maxBytes());
        if (seen == -Errno.EAGAIN) {
            await(1);
        } else if (seen <= 0) {
            refuse(step.left(), false);
        } else {
            step.look(this, seen);
        }
    }

    // ---- what a step says ----

    RelayLoop loop() {
        return loop;
    }

    LoopListener listener() {
        return listener;
    }

    /** The client, or the peer while no other is known. */
    ClientAddress client() {
        ClientAddress client = new ClientAddress();
        client.set(clientHigh, clientLow, clientPort);
        return client;
    }

    /** Bytes of the PROXY header in front of the client's own. */
    int headerBytes() {
        return origin == null || origin.conveyed() == null ? 0 : origin.conveyed().headerBytes;
    }

    /** More must come: so many bytes, from the first on. */
    void need(int bytes) {
        if (hasFin) {
            refuse(step.left(), true);
        } else {
            await(bytes);
        }
    }

    /** A header tells who the client is. */
    void convey(ClientAddress client, @Nullable ClientOrigin told) {
        clientHigh = client.high();
        clientLow = client.low();
        clientPort = (char) client.port();
        origin = told;
    }

    /** Its ClientHello has been read. */
    void greet(HelloInfo hello) {
        origin = ClientOrigin.of(origin, hello);
    }

    /** The header is whole, and its client may come in. */
    void afterHeader() {
        HelloStep next = listener.helloStep();
        if (next == null) {
            open(listener.pool());
            return;
        }
        step = next;
        looks = 0;
        deadline = loop.eventLoop().now() + next.timeoutNanos();
        look();
    }

    /** The client gets a relay to a pool. */
    void open(LoopPool pool) {
        lowWater(1);
        leave();
        listener.onAccepted();
        Relay.open(loop, listener, pool, fd, registration, client(), origin, acceptedAt);
    }

    /** Sends a few bytes, as far as there is room for them. */
    void say(long address, int length) {
        loop.systemCalls().send(fd, address, length, false);
    }

    /** The client gets no relay. */
    void refuse(RefuseReason reason, boolean withReset) {
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
        SourceHold hold = origin == null ? null : origin.hold();
        if (hold != null) {
            hold.release();
        }
        loop.onRefused(listener, client(), origin, reason, loop.eventLoop().now() - acceptedAt);
    }

    // ---- waiting ----

    private void await(int bytes) {
        if (registration == null) {
            registration = loop.eventLoop().register(fd, EVENTS, this);
            loop.onWaiting(1);
            listener.onWaiting(this);
        }
        if (looks > UNTOLD_LOOKS || lowWater > 1) {
            lowWater(Math.min(step.maxBytes() + 1, looks < UNPACED_LOOKS ? bytes : bytes + PACED_BYTES - 1));
        }
        loop.wheel().arm(this, nextTime(loop.eventLoop().now()));
    }

    private void lowWater(int bytes) {
        if (bytes != lowWater) {
            lowWater = bytes;
            loop.systemCalls().setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVLOWAT, bytes);
        }
    }

    /** Another client comes, and this one has waited longest. */
    void giveWay() {
        guarded(() -> refuse(RefuseReason.PREREAD_FULL, true));
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
