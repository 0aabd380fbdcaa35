package io.vipgate.linux;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The pipes of one event loop, for relays that stream. Bounded: a relay that gets none goes on copying. A pipe that
 * still holds bytes is never pooled, since they would reach another client.
 *
 * <p>Confined to its event loop.
 */
public final class PipePool {
    /** Wanted capacity of a pipe in bytes. */
    public static final int PIPE_BYTES = 1 << 20;

    /** Below this a pipe moves less per call than the scratch buffer does, and is not worth having. */
    private static final int MIN_PIPE_BYTES = 64 << 10;

    private static final int REFUSALS = 1024;

    private final SystemCalls systemCalls;
    private final int most;
    private final ArrayDeque<Pipe> free = new ArrayDeque<>();
    private int open;
    /** Takes to refuse before asking the system again. */
    private int refusals;

    /**
     * Makes an empty pool.
     *
     * @param most how many pipes may be open at once, 0 or more
     */
    public PipePool(SystemCalls systemCalls, int most) {
        this.systemCalls = systemCalls;
        this.most = most;
    }

    /** An empty pipe, or null when the bound is reached or the system grants none of a useful size. */
    public @Nullable Pipe take() {
        Pipe pooled = free.pollLast();
        if (pooled != null || open >= most) {
            return pooled;
        }
        if (refusals > 0) {
            refusals--;
            return null;
        }
        Pipe pipe = systemCalls.openPipe(PIPE_BYTES);
        if (pipe == null) {
            return null;
        }
        open++;
        if (pipe.capacity() < MIN_PIPE_BYTES) {
            // Beyond pipe-user-pages-soft every further pipe has two pages; asking again at once would not help.
            refusals = REFUSALS;
            close(pipe);
            return null;
        }
        return pipe;
    }

    /** Takes a pipe back; one that still holds bytes, which nobody wants any more, is closed. */
    public void release(Pipe pipe) {
        if (pipe.held() == 0) {
            free.addLast(pipe);
        } else {
            close(pipe);
        }
    }

    private void close(Pipe pipe) {
        systemCalls.close(pipe.readFd());
        systemCalls.close(pipe.writeFd());
        open--;
    }

    /** Pipes in existence, pooled ones included. */
    public int open() {
        return open;
    }

    /** Pipes that wait for use. */
    public int pooled() {
        return free.size();
    }

    /** Closes the pipes that wait for use. */
    public void close() {
        for (Pipe pipe = free.pollLast(); pipe != null; pipe = free.pollLast()) {
            close(pipe);
        }
    }
}
