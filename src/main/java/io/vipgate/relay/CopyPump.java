package io.vipgate.relay;

import io.vipgate.linux.Errno;
import io.vipgate.linux.PendingBuffer;
import io.vipgate.linux.PendingBufferPool;
import io.vipgate.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Moves bytes of a flow through the loop's one buffer: read, write at once, keep only what the target did not take. Two
 * system calls per read; a read that comes back short has drained the source, so none is spent to hear EAGAIN.
 *
 * <p>When the source's FIN is known to stand right behind the bytes just read, they are written with MSG_MORE: the
 * shutdown or close that follows at once then sends data and FIN in one segment.
 *
 * <p>Confined to its event loop.
 */
final class CopyPump {
    /** Bytes of the buffer: as large as pays, small enough to stay in the processor's cache. */
    static final int BUFFER_BYTES = 64 << 10;
    /** Bytes that one flow may move before others get their turn. */
    static final int BYTES_PER_TURN = 1 << 20;
    /** Full reads in a row that make a stream. */
    private static final int READS_OF_A_STREAM = 4;
    /** Bytes that fit into one segment of any connection (RFC 9293 section 3.7.1). */
    private static final int SEGMENT_BYTES = 536;

    private final MemorySegment memory = Arena.ofAuto().allocate(BUFFER_BYTES, 64);
    private final long buffer = memory.address();
    private final SystemCalls systemCalls;
    private final PendingBufferPool pendingBuffers;

    CopyPump(SystemCalls systemCalls, PendingBufferPool pendingBuffers) {
        this.systemCalls = systemCalls;
        this.pendingBuffers = pendingBuffers;
    }

    MemorySegment memory() {
        return memory;
    }

    Progress move(Flow flow) {
        PendingBuffer pending = flow.pending;
        if (pending != null) {
            Progress flushed = flush(flow, pending);
            if (flow.pending != null) {
                return flushed;
            }
        }
        if (flow.isEnded) {
            return Progress.ENDED;
        }
        RelaySocket source = flow.source;
        int budget = BYTES_PER_TURN;
        while (source.isReadable) {
            if (budget <= 0) {
                return Progress.YIELD;
            }
            int asked = pendingBuffers.readLimit();
            int read = systemCalls.receive(source.fd, buffer, asked);
            if (read <= 0) {
                return onNothingRead(flow, read);
            }
            budget -= read;
            boolean isShort = read < asked;
            // After a reset and around urgent data only EAGAIN, the end or the error is proof.
            if (isShort && !source.isUrgent && !source.isReset) {
                source.isReadable = false;
            }
            boolean isLast = isShort && source.isAtFin();
            Progress written = write(flow, read, isLast);
            if (written != Progress.DRAINED) {
                return written;
            }
            if (isLast) {
                return Progress.ENDED;
            }
            flow.inARow = (byte) (isShort || source.isUrgent ? 0 : flow.inARow + 1);
            if (flow.inARow >= READS_OF_A_STREAM) {
                flow.inARow = 0;
                return Progress.CHANGE_PUMP;
            }
        }
        return Progress.DRAINED;
    }

    /** What a read that returned no bytes means. */
    private static Progress onNothingRead(Flow flow, int result) {
        RelaySocket source = flow.source;
        source.isReadable = false;
        if (result == -Errno.EAGAIN) {
            source.isUrgent = false;
            return Progress.DRAINED;
        }
        if (result == 0 && !source.socketErrorConsumed) {
            flow.isEnded = true;
            return Progress.ENDED;
        }
        source.isReset = true;
        source.socketErrorConsumed = true;
        flow.sourceLost = true;
        return Progress.SOURCE_RESET;
    }

    /** Writes the buffer; DRAINED when the target took all of it. */
    private Progress write(Flow flow, int bytes, boolean isLast) {
        RelaySocket target = flow.target;
        int written = target.isWritable ? send(flow, buffer, bytes, isLast) : -Errno.EAGAIN;
        flow.isEnded = isLast;
        if (written == bytes) {
            flow.onDelivered(bytes);
            return Progress.DRAINED;
        }
        if (written < 0 && written != -Errno.EAGAIN) {
            return onWriteFailed(flow);
        }
        int taken = Math.max(0, written);
        if (taken > 0) {
            flow.onDelivered(taken);
        }
        target.onFull();
        flow.inARow = 0;
        flow.pending = pendingBuffers.keep(buffer + taken, bytes - taken);
        return Progress.BLOCKED;
    }

    private Progress flush(Flow flow, PendingBuffer pending) {
        RelaySocket target = flow.target;
        if (!target.isWritable) {
            return Progress.BLOCKED;
        }
        int written = send(flow, pending.address(), pending.length(), flow.isEnded);
        if (written < 0) {
            if (written != -Errno.EAGAIN) {
                return onWriteFailed(flow);
            }
            target.onFull();
            return Progress.BLOCKED;
        }
        flow.onDelivered(written);
        pending.consume(written);
        if (pending.length() > 0) {
            target.onFull();
            return Progress.BLOCKED;
        }
        pendingBuffers.release(pending);
        flow.pending = null;
        return Progress.DRAINED;
    }

    /**
     * Nagle's algorithm (RFC 896) never holds the first segment of a connection back: where a request fits into it, and
     * none follows, switching the algorithm off would be a system call for nothing.
     */
    private int send(Flow flow, long address, int length, boolean isFinNext) {
        if (!flow.target.hasNoDelay && (flow.delivered() > 0 || length > SEGMENT_BYTES)) {
            flow.target.enableNoDelay(systemCalls);
        }
        return systemCalls.send(flow.target.fd, address, length, isFinNext);
    }

    static Progress onWriteFailed(Flow flow) {
        flow.target.isReset = true;
        flow.target.socketErrorConsumed = true;
        return Progress.TARGET_RESET;
    }

    /**
     * Reads and drops what a side still sends after both its directions were ended from here, so that its close is no
     * reset.
     *
     * @return true at the end of the stream or on an error
     */
    boolean discard(RelaySocket source) {
        for (int budget = BYTES_PER_TURN; budget > 0;) {
            int read = systemCalls.receive(source.fd, buffer, BUFFER_BYTES);
            if (read <= 0) {
                return read != -Errno.EAGAIN;
            }
            budget -= read;
        }
        // Whoever sends that much after a FIN gets a reset.
        return true;
    }
}
