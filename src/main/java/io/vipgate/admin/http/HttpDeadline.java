package io.vipgate.admin.http;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Until when something must have happened; one at a time.
 *
 * <p>Confined to the loop.
 */
final class HttpDeadline {
    /** For the head of a request. */
    static final long HEAD_MILLIS = 1_000;
    /** For a kept connection's next request to begin. */
    static final long KEPT_MILLIS = 15_000;
    static final long BODY_MILLIS = 5_000;
    /** For a piece of an answer, 16 KiB. */
    static final long PIECE_MILLIS = 5_000;
    static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** For the other end to close. */
    static final long END_MILLIS = 1_000;

    private final Channel channel;
    private @Nullable Future<?> present;

    HttpDeadline(Channel channel) {
        this.channel = channel;
    }

    /** Does {@code otherwise} after so many milliseconds, unless another deadline is set before, or this one is cancelled. */
    void within(long millis, Runnable otherwise) {
        cancel();
        present = channel.eventLoop().schedule(otherwise, millis, TimeUnit.MILLISECONDS);
    }

    void cancel() {
        Future<?> old = present;
        if (old != null) {
            old.cancel(false);
            present = null;
        }
    }
}
