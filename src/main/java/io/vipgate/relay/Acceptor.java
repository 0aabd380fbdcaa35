package io.vipgate.relay;

import io.vipgate.eventloop.EventLoop;
import io.vipgate.eventloop.Ready;
import io.vipgate.eventloop.ReadyHandler;
import io.vipgate.eventloop.Registration;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.Errno;
import io.vipgate.linux.SystemCalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts the clients of one listening socket. Level-triggered, so a turn may end before the queue is empty: it takes one
 * client when they come singly, and up to 64 when they come in bursts, without asking once more just to hear EAGAIN.
 *
 * <p>When descriptors run out it stops for a tenth of a second rather than spin; the clients wait in the kernel's queue.
 *
 * <p>Confined to its event loop.
 */
public final class Acceptor implements ReadyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final String ADVICE = "; raise the limit on open files";
    private static final int MAX_PER_TURN = 64;
    private static final long BURST_NANOS = 200_000;
    private static final long PAUSE_NANOS = 100_000_000;
    private static final long LOG_EVERY_NANOS = 1_000_000_000;

    private final RelayLoop loop;
    private LoopListener listener;
    private final SystemCalls systemCalls;
    @SuppressWarnings("NullAway.Init") // set by start, before anyone else sees this
    private Registration registration;
    private final ClientAddress client = new ClientAddress();
    private int perTurn = 1;
    private long lastTurnAt;
    private boolean isClosed;
    private long loggedAt;
    private long pausesSinceLog;

    /**
     * Begins to accept.
     *
     * @param fd a listening socket, which the acceptor owns from now on
     */
    public static Acceptor start(RelayLoop loop, LoopListener listener, int fd) {
        Acceptor acceptor = new Acceptor(loop, listener);
        acceptor.registration = loop.eventLoop().register(fd, Ready.IN, acceptor);
        return acceptor;
    }

    private Acceptor(RelayLoop loop, LoopListener listener) {
        this.loop = loop;
        this.listener = listener;
        systemCalls = loop.systemCalls();
        loggedAt = loop.eventLoop().now() - LOG_EVERY_NANOS;
        lastTurnAt = loop.eventLoop().now() - BURST_NANOS;
    }

    @Override
    public void onReady(int events) {
        assert loop.eventLoop().inEventLoop();
        if (!isClosed) {
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
            boolean hasPlace = listener.limit().tryAcquire();
            if (hasPlace && !loop.fdBudget().tryAcquire()) {
                listener.limit().release();
                pause("file descriptor limit reached" + ADVICE);
                return taken;
            }
            int fd = systemCalls.accept(registration.descriptor(), client);
            if (fd < 0) {
                if (hasPlace) {
                    listener.limit().release();
                    loop.fdBudget().release();
                }
                if (fd == -Errno.EAGAIN) {
                    return taken;
                }
                if (isExhaustion(-fd)) {
                    pause(Errno.text(-fd) + (fd == -Errno.EMFILE || fd == -Errno.ENFILE ? ADVICE : ""));
                    return taken;
                }
                // ECONNABORTED and its like: that client is gone, the next may be there.
                continue;
            }
            if (hasPlace) {
                listener.onAccepted();
                Relay.open(loop, listener, fd, client);
            } else {
                refuse(fd, RefuseReason.MAX_CONNECTIONS);
            }
        }
        return most;
    }

    private static boolean isExhaustion(int errno) {
        return errno == Errno.EMFILE || errno == Errno.ENFILE || errno == Errno.ENOMEM || errno == Errno.ENOBUFS;
    }

    private void refuse(int fd, RefuseReason reason) {
        systemCalls.setResetOnClose(fd);
        systemCalls.close(fd);
        listener.onRefused(reason);
        loop.observer().onRefused(listener, reason);
        loop.observer().onClientRefused(listener, client, reason);
    }

    private void pause(String why) {
        EventLoop eventLoop = loop.eventLoop();
        listener.onRefused(RefuseReason.FD_EXHAUSTED);
        loop.observer().onRefused(listener, RefuseReason.FD_EXHAUSTED);
        pausesSinceLog++;
        if (eventLoop.now() - loggedAt >= LOG_EVERY_NANOS) {
            LOG.warn("listener {}: accept paused for 100 ms, {} ({} times in {} s)",
                    listener.name(),
                    why, pausesSinceLog, LOG_EVERY_NANOS / 1_000_000_000);
            loggedAt = eventLoop.now();
            pausesSinceLog = 0;
        }
        registration.watch(0);
        eventLoop.schedule(this::resume, PAUSE_NANOS);
    }

    private void resume() {
        if (!isClosed) {
            registration.watch(Ready.IN);
        }
    }

    /** Accepts for another listener from now on: the address has another name, or serves another pool. */
    public void serve(LoopListener newListener) {
        assert loop.eventLoop().inEventLoop();
        listener = newListener;
    }

    /** Takes every client that the kernel has already queued, then closes the socket, so that none of them is reset. */
    public void drainAndClose() {
        assert loop.eventLoop().inEventLoop();
        if (!isClosed) {
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
