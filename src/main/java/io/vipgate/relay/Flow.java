package io.vipgate.relay;

import io.vipgate.linux.PendingBuffer;
import io.vipgate.linux.Pipe;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a relay: what has been read from the source and not yet reached the target, and how far the direction
 * has come. {@link CopyPump} and {@link SplicePump} move the bytes.
 *
 * <pre>
 * open ──end of stream read──► ended ──all delivered, FIN passed on──► finished
 *   │                            │
 *   ├──source reset─────────────►source lost (what was read is delivered, no FIN follows)
 *   └──target reset─────────────►target lost (what was read is dropped)
 * </pre>
 *
 * <p>Confined to the event loop of its relay. Flags rather than records: two of these live as long as each relay does.
 */
final class Flow implements Runnable {
    final RelaySocket source;
    final RelaySocket target;
    final boolean isToBackend;

    /** Bytes read and not delivered, when copying. */
    @Nullable
    PendingBuffer pending;
    /** The pipe in use, when splicing. */
    @Nullable
    Pipe pipe;
    /** In a row: reads that filled the buffer, while it copies; turns that moved little, while it splices. */
    byte inARow;
    /** Splices rather than copies. */
    boolean isStreaming;
    /** The end of the source's stream has been read. */
    boolean isEnded;
    /** The FIN has been passed on. */
    boolean isFinished;
    /** The source is reset and has nothing more to give. */
    boolean sourceLost;
    /** The target is gone. */
    boolean targetLost;
    private boolean isQueued;
    private long delivered;

    Flow(RelaySocket source, RelaySocket target, boolean isToBackend) {
        this.source = source;
        this.target = target;
        this.isToBackend = isToBackend;
    }

    /** Bytes that the target's kernel has taken. */
    long delivered() {
        return delivered;
    }

    /** Counts bytes when they reach the target, not when they enter a pipe. */
    void onDelivered(int bytes) {
        delivered += bytes;
        target.hasSent = true;
        source.relay.onDelivered(this, bytes);
    }

    /** Holds bytes that the target has not taken. */
    boolean hasPending() {
        return pending != null || (pipe != null && pipe.held() > 0);
    }

    /** Neither reads nor writes any more. */
    boolean isOver() {
        return isFinished || targetLost || (sourceLost && !hasPending());
    }

    /** Puts the next turn off until other relays have had theirs. */
    void queue(RelayLoop loop) {
        if (!isQueued) {
            isQueued = true;
            loop.eventLoop().executeAfterNextBatch(this);
        }
    }

    @Override
    public void run() {
        isQueued = false;
        source.relay.onTurn(this);
    }

    /** Drops what is held, to another use of the memory or the pipe. */
    void release(RelayLoop loop) {
        if (pending != null) {
            loop.pendingBuffers().release(pending);
            pending = null;
        }
        if (pipe != null) {
            loop.pipes().release(pipe);
            pipe = null;
        }
    }
}
