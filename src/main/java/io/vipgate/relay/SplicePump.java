package io.vipgate.relay;

import io.vipgate.linux.Errno;
import io.vipgate.linux.Pipe;
import io.vipgate.linux.PipePool;
import io.vipgate.linux.SystemCalls;

/**
 * Moves bytes of a flow that streams from socket to socket through a pipe, without copying them to user space. Holds a
 * pipe only while the flow has bytes under way.
 *
 * <p>Confined to its event loop.
 */
final class SplicePump {
    /** A turn that moves less than this is a thin one. */
    private static final int MIN_BYTES_PER_TURN = 64 << 10;
    /** Thin turns in a row after which a flow no longer streams: its bytes may just have come in small lots. */
    private static final int THIN_TURNS = 16;

    private final SystemCalls systemCalls;
    private final PipePool pipes;
    private final long[] spliced = new long[2];

    SplicePump(SystemCalls systemCalls, PipePool pipes) {
        this.systemCalls = systemCalls;
        this.pipes = pipes;
    }

    /** Bytes moved, by direction: 0 to the client, 1 to the backend. */
    long spliced(int direction) {
        return spliced[direction];
    }

    Progress move(Flow flow) {
        Pipe pipe = flow.pipe;
        if (pipe == null) {
            pipe = flow.source.isUrgent ? null : pipes.take();
            if (pipe == null) {
                flow.isStreaming = false;
                flow.inARow = 0;
                return Progress.CHANGE_PUMP;
            }
            flow.pipe = pipe;
        }
        long before = flow.delivered();
        Progress progress = move(flow, pipe);
        // What arrives for a target that takes no more wakes nobody; the target's own event leads on.
        flow.source.pauseReads(progress == Progress.BLOCKED);
        int direction = flow.isToBackend ? 1 : 0;
        long moved = flow.delivered() - before;
        spliced[direction] += moved;
        if (pipe.held() == 0 && progress != Progress.YIELD) {
            flow.pipe = null;
            pipes.release(pipe);
            if (moved >= MIN_BYTES_PER_TURN) {
                flow.inARow = 0;
            } else if (moved > 0) {
                flow.inARow++;
            }
            // A splice stops at urgent data for good; copying carries it over.
            if (flow.inARow >= THIN_TURNS || flow.source.isUrgent) {
                flow.inARow = 0;
                flow.isStreaming = false;
                return flow.source.isUrgent && progress == Progress.DRAINED ? Progress.CHANGE_PUMP : progress;
            }
        }
        return progress;
    }

    private Progress move(Flow flow, Pipe pipe) {
        RelaySocket source = flow.source;
        RelaySocket target = flow.target;
        int budget = CopyPump.BYTES_PER_TURN;
        while (true) {
            while (pipe.held() > 0) {
                if (!target.isWritable) {
                    return Progress.BLOCKED;
                }
                int out = systemCalls.splice(pipe.readFd(), target.fd, pipe.held());
                if (out > 0) {
                    pipe.onLeft(out);
                    flow.onDelivered(out);
                } else if (out == -Errno.EAGAIN) {
                    target.onFull();
                    return Progress.BLOCKED;
                } else {
                    return CopyPump.onWriteFailed(flow);
                }
            }
            if (flow.isEnded) {
                return Progress.ENDED;
            }
            if (!source.isReadable || source.isUrgent) {
                return Progress.DRAINED;
            }
            if (budget <= 0) {
                return Progress.YIELD;
            }
            int in = systemCalls.splice(source.fd, pipe.writeFd(), pipe.capacity());
            if (in <= 0) {
                return onNothingRead(source, in);
            }
            pipe.onEntered(in);
            budget -= in;
        }
    }

    /**
     * A splice stops at urgent data. Behind the mark there may be bytes even when it returns 0, once the FIN has come, or
     * the error of a reset. So only EAGAIN says something: the pipe is empty, so it speaks of the source, whose next event
     * tells of what stopped it. The rest is left to the recv(2) of {@link CopyPump}.
     */
    private static Progress onNothingRead(RelaySocket source, int result) {
        if (result == -Errno.EAGAIN) {
            source.isReadable = false;
            return Progress.DRAINED;
        }
        if (result < 0) {
            source.isReset = true;
            source.socketErrorConsumed = true;
        }
        source.isUrgent = true;
        return Progress.DRAINED;
    }
}
