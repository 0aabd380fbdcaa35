package io.vipgate.relay;

import io.vipgate.linux.Errno;
import io.vipgate.linux.Pipe;
import java.util.ArrayDeque;

/** A pipe of a {@link FakeKernel}: bytes between two sockets, as many as it has room for. */
final class FakePipe {
    private final ArrayDeque<Byte> bytes = new ArrayDeque<>();
    private final Pipe pipe;

    FakePipe(Pipe pipe) {
        this.pipe = pipe;
    }

    /** Bytes that lie in it. */
    int size() {
        return bytes.size();
    }

    /** splice(2) from a socket: the bytes moved, never past an urgent mark, or what a read says when there are none. */
    int fill(FakeSocket source, int length) {
        if (source.bytesToMark() == 0) {
            return source.readNothing();
        }
        int moved = Math.min(Math.min(length, source.bytesToMark()), pipe.capacity() - bytes.size());
        for (int i = 0; i < moved; i++) {
            bytes.addLast(source.nextByte());
        }
        return moved == 0 ? -Errno.EAGAIN : moved;
    }

    /** splice(2) into a socket: the bytes moved, or what a write to the socket says. */
    int drain(FakeSocket target, int length) {
        int moved = target.take(Math.min(length, bytes.size()));
        for (int i = 0; i < moved; i++) {
            target.deliver(bytes.removeFirst());
        }
        return moved;
    }
}
