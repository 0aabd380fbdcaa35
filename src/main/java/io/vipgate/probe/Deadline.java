package io.vipgate.probe;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Closes a socket when the time of its check is over.
 *
 * <p>Timeouts of single reads don't bound a check: whoever sends a byte now and then restarts them, and neither writes
 * nor the reads within a TLS record or handshake have one of their own. A closed socket ends them all, wherever they
 * block. The socket must be set to close by reset, so that closing it never blocks the one thread that does so for all.
 *
 * <p>Thread-safe.
 */
final class Deadline implements AutoCloseable {
    private static final ScheduledThreadPoolExecutor CLOCK = newClock();

    private final Socket socket;
    @SuppressWarnings("NullAway.Init") // set by start, before anyone else sees this
    private Future<?> end;
    private volatile boolean passed;

    /**
     * Starts to wait.
     *
     * @param socket what to close
     * @param deadlineNanos when, in the time of {@link System#nanoTime()}
     */
    static Deadline start(Socket socket, long deadlineNanos) {
        Deadline deadline = new Deadline(socket);
        deadline.end = CLOCK.schedule(deadline::pass, deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        return deadline;
    }

    private Deadline(Socket socket) {
        this.socket = socket;
    }

    /** Whether the time was over before {@link #close()}; then that is why the socket is closed. */
    boolean hasPassed() {
        return passed;
    }

    /** Waits no longer, and closes the socket now. */
    @Override
    public void close() {
        end.cancel(false);
        closeSocket();
    }

    private void pass() {
        passed = true;
        closeSocket();
    }

    private void closeSocket() {
        try {
            socket.close();
        } catch (IOException _) {
            // The descriptor is gone all the same, and nothing was left to send.
        }
    }

    private static ScheduledThreadPoolExecutor newClock() {
        ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1,
                Thread.ofPlatform().daemon().name("vipgate-probe-deadline").factory());
        clock.setRemoveOnCancelPolicy(true);
        return clock;
    }
}
