package io.vipgate.relay;

import io.vipgate.eventloop.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Something that may happen very often, on any loop, and is told once at first and then once a second, with how often it
 * was since; to the last one, even if it stops.
 *
 * <p>Thread-safe.
 */
final class RepeatedWarning {
    static final long EVERY_SECONDS = 1;

    private final AtomicBoolean isTold = new AtomicBoolean();
    private final AtomicLong untold = new AtomicLong();

    /**
     * It has happened.
     *
     * @param loop the present one
     * @param tell gets how often it was since it was told last; what it tells else is of the last time but one at best
     */
    void onEvent(EventLoop loop, LongConsumer tell) {
        untold.incrementAndGet();
        if (isTold.compareAndSet(false, true)) {
            tellRest(loop, tell);
        }
    }

    private void tellRest(EventLoop loop, LongConsumer tell) {
        long count = untold.getAndSet(0);
        if (count > 0) {
            tell.accept(count);
            loop.schedule(() -> tellRest(loop, tell), TimeUnit.SECONDS.toNanos(EVERY_SECONDS));
        } else {
            isTold.set(false);
        }
    }
}
