package io.vipgate.relay;

import io.vipgate.access.SourceHold;
import io.vipgate.eventloop.EventLoop;
import io.vipgate.eventloop.Ready;
import io.vipgate.eventloop.ReadyHandler;
import io.vipgate.eventloop.Registration;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.Errno;
import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.SystemCalls;
import io.vipgate.linux.TcpInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts the clients of one listening socket. Level-triggered, so a turn may end before the queue is empty: it takes one
 * client when they come singly, and up to 64 when they come in bursts, without asking once more just to hear EAGAIN.
 *
 * <p>A client that there is no place for is reset. When the kernel gives no descriptor it stops for a tenth of a second
 * rather than spin; the clients wait in the kernel's queue. There they wait too while the operator has paused the listener:
 * the socket is then watched for nothing, so that a queue that is full costs nothing.
 *
 * <p>Confined to its event loop.
 */
public final class Acceptor implements ReadyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final int MAX_PER_TURN = 64;
    private static final long BURST_NANOS = 200_000;
    private static final long PAUSE_NANOS = 100_000_000;
    /** Longer than most handshakes take. */
    private static final long RETIRE_NANOS = 100_000_000;
    /** The number of an interface that no machine has. */
    private static final int NO_INTERFACE = Integer.MAX_VALUE;

    private final RelayLoop loop;
    private LoopListener listener;
    private final SystemCalls systemCalls;
    @SuppressWarnings("NullAway.Init") // set by start, before anyone else sees this
    private Registration registration;
    private final ClientAddress peer = new ClientAddress();
    private int perTurn = 1;
    private long lastTurnAt;
    /** Not watched, since the listener is paused. */
    private boolean isPaused;
    private boolean isClosed;

    /**
     * Begins to accept.
     *
     * @param fd a listening socket, which the acceptor owns from now on
     */
    public static Acceptor start(RelayLoop loop, LoopListener listener, int fd) {
        Acceptor acceptor = new Acceptor(loop, listener);
        acceptor.isPaused = acceptor.isMeantToPause();
        acceptor.registration = loop.eventLoop().register(fd, acceptor.isPaused ? Ready.ERR : Ready.IN, acceptor);
        return acceptor;
    }

    private Acceptor(RelayLoop loop, LoopListener listener) {
        this.loop = loop;
        this.listener = listener;
        systemCalls = loop.systemCalls();
        lastTurnAt = loop.eventLoop().now() - BURST_NANOS;
    }

    @Override
    public void onReady(int events) {
        assert loop.eventLoop().inEventLoop();
        if (!isClosed && !isPaused) {
            long now = loop.eventLoop().now();
            // Only a turn that follows at once tells of a burst: the queue was not empty after the last one.
            boolean isBurst = now - lastTurnAt < BURST_NANOS;
            lastTurnAt = now;
            try {
                int taken = accept(perTurn);
                perTurn = taken < perTurn
                        ? Math.max(1, taken)
                        : isBurst ? Math.min(MAX_PER_TURN, perTurn * 2) : perTurn;
            } catch (Throwable e) {
                // The queue is not empty, so that this would come again at once, and without end.
                pause(e.toString());
                LOG.error("accept of listener {} failed", listener.name(), e);
            }
        }
    }

    /** Takes up to so many clients; returns how many there were. */
    private int accept(int most) {
        for (int taken = 0; taken < most; taken++) {
            int fd = systemCalls.accept(registration.descriptor(), peer);
            if (fd == -Errno.EAGAIN) {
                return taken;
            }
            if (fd < 0 && isExhaustion(-fd)) {
                pause(Errno.text(-fd) + (fd == -Errno.EMFILE || fd == -Errno.ENFILE ? ListenerWarnings.ADVICE : ""));
                return taken;
            }
            if (fd >= 0) {
                // Now that there is a client: a place taken before would be missing to one that another loop accepts.
                open(fd);
            }
            // ECONNABORTED and its like: that client is gone, the next may be there.
        }
        return most;
    }

    private void open(int fd) {
        RefuseReason refusal = listener.state().refusal();
        if (refusal != null) {
            refuse(fd, refusal, true);
            return;
        }
        ProxyAcceptance proxies = listener.proxies();
        HeaderStep header = listener.headerStep();
        if (proxies != null && header != null && proxies.mustSend(peer.high(), peer.low())) {
            preread(fd, header);
        } else {
            relay(fd, proxies != null && proxies.rejectsOthers());
        }
    }

    /** The peer conveys a client, who is judged when known. */
    private void preread(int fd, HeaderStep header) {
        RefuseReason reason = listener.admission().refusalOfSender(peer.high(), peer.low());
        if (reason != null) {
            refuse(fd, reason, !listener.admission().answersWithFin());
            return;
        }
        reason = listener.tryAcquire(loop.fdBudget());
        if (reason == null) {
            Preread.begin(loop, listener, header, fd, peer, null);
        } else {
            refuse(fd, reason, true);
        }
    }

    /** The peer is the client. */
    private void relay(int fd, boolean isUntrusted) {
        Admission admission = listener.admission();
        RefuseReason reason = admission.refusal(peer.high(), peer.low());
        if (reason != null) {
            refuse(fd, reason, !admission.answersWithFin());
            return;
        }
        if (isUntrusted) {
            listener.warnings().onUntrusted(loop.eventLoop(), peer.high(), peer.low());
        }
        reason = isUntrusted ? RefuseReason.PROXY_UNTRUSTED : enter(admission);
        if (reason == null) {
            ClientOrigin origin = ClientOrigin.of(null, admission.hold());
            HelloStep hello = listener.helloStep();
            if (hello == null) {
                listener.onAccepted();
                Relay.open(loop, listener, listener.pool(), fd, null, peer, origin, loop.eventLoop().now());
            } else {
                Preread.begin(loop, listener, hello, fd, peer, origin);
            }
        } else {
            refuse(fd, reason, true);
        }
    }

    /** Takes a place of the source, and one of the listener. */
    private @Nullable RefuseReason enter(Admission admission) {
        RefuseReason reason = admission.enter(peer.high(), peer.low(), loop.eventLoop().now());
        if (reason != null) {
            return reason;
        }
        SourceHold hold = admission.hold();
        reason = listener.tryAcquire(loop.fdBudget());
        if (reason != null && hold != null) {
            hold.release();
        }
        return reason;
    }

    private static boolean isExhaustion(int errno) {
        return errno == Errno.EMFILE || errno == Errno.ENFILE || errno == Errno.ENOMEM || errno == Errno.ENOBUFS;
    }

    private void refuse(int fd, RefuseReason reason, boolean withReset) {
        if (withReset) {
            systemCalls.setResetOnClose(fd);
        }
        systemCalls.close(fd);
        loop.onRefused(listener, peer, null, reason, 0);
        if (reason == RefuseReason.NO_ROOM) {
            listener.warnings().onNoRoom(loop.eventLoop());
        }
    }

    private void pause(String why) {
        EventLoop eventLoop = loop.eventLoop();
        listener.onRefused(RefuseReason.FD_EXHAUSTED);
        loop.observer().onRefused(listener, RefuseReason.FD_EXHAUSTED);
        listener.warnings().onPaused(eventLoop, why);
        registration.watch(0);
        eventLoop.schedule(this::resume, PAUSE_NANOS);
    }

    private void resume() {
        if (!isClosed && !isPaused) {
            registration.watch(Ready.IN);
        }
    }

    /** Accepts for another listener from now on: the address has another name, or serves another pool. */
    public void serve(LoopListener newListener) {
        assert loop.eventLoop().inEventLoop();
        listener = newListener;
        followState();
    }

    /** Takes clients, or does not, as the listener's state says now. */
    public void followState() {
        assert loop.eventLoop().inEventLoop();
        if (!isClosed && isPaused != isMeantToPause()) {
            isPaused = !isPaused;
            registration.watch(isPaused ? 0 : Ready.IN);
        }
    }

    private boolean isMeantToPause() {
        return listener.state() == ListenerState.PAUSED;
    }

    /** Whether it accepts for this listener. */
    public boolean serves(LoopListener other) {
        return listener == other;
    }

    /** Clients that wait in the kernel's queue; 0 when the kernel does not tell. */
    public int queued() {
        assert loop.eventLoop().inEventLoop();
        TcpInfo info = new TcpInfo();
        return !isClosed && systemCalls.tcpInfo(registration.descriptor(), info) == 0 ? info.unackedSegments() : 0;
    }

    /**
     * Takes nobody who comes from now on, and closes the socket once those who are in the middle of their handshake had time
     * to end it: for an address whose clients another socket gets then.
     *
     * <p>A listening socket of another interface is passed over for who comes, and who has come finds it all the same, since
     * a handshake knows its socket. Where the kernel does not allow that (before Linux 5.7, without CAP_NET_RAW), the SYN of
     * a client that comes meanwhile is ignored, and repeated after a second.
     */
    public void retire() {
        assert loop.eventLoop().inEventLoop();
        int passedOver = systemCalls.setOption(registration.descriptor(), SocketOptions.SOL_SOCKET,
                SocketOptions.SO_BINDTOIFINDEX, NO_INTERFACE);
        if (passedOver < 0) {
            int _ = systemCalls.ignoreNewClients(registration.descriptor());
        }
        loop.eventLoop().schedule(this::drainAndClose, RETIRE_NANOS);
    }

    /**
     * Takes every client that the kernel has already queued, then closes the socket, so that none of them is reset; those of a
     * listener that is paused are, and counted.
     */
    public void drainAndClose() {
        assert loop.eventLoop().inEventLoop();
        if (!isClosed) {
            int _ = systemCalls.ignoreNewClients(registration.descriptor());
            int taken = MAX_PER_TURN;
            for (int turns = 0; taken == MAX_PER_TURN && turns < 1024; turns++) {
                taken = accept(MAX_PER_TURN);
            }
            close();
        }
    }

    /** Closes the socket; clients still queued are reset. */
    public void close() {
        if (!isClosed) {
            isClosed = true;
            registration.close();
        }
    }
}
