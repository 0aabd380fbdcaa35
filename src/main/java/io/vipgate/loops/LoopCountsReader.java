package io.vipgate.loops;

import io.vipgate.relay.LoopCounts;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of what the event loops have counted.
 *
 * <p>A loop counts in plain fields and maps that nobody else may look at, so each reading asks every loop to copy them, as
 * one of its tasks. That makes a copy consistent in itself: a relay is either open or closed in it, and a byte is in all
 * counts or in none. Reading the fields from outside would be no faster where it matters (a copy takes microseconds) and
 * could show one without the other. A loop that does not answer within 200 ms is not waited for: its last copy stands in,
 * so that no number ever goes back and a reading never takes longer.
 *
 * <p>Thread-safe.
 */
public final class LoopCountsReader {
    private static final Logger LOG = LoggerFactory.getLogger(LoopCountsReader.class);
    private static final long MAX_WAIT_NANOS = 200_000_000;
    /** A loop that owes so many copies is not asked for another. */
    private static final int MAX_OWED = 4;

    private final EventLoopSet loops;
    private final AtomicReferenceArray<LoopCounts> last;
    private final AtomicIntegerArray owed;

    /** Makes a reader that has asked nobody yet. */
    public LoopCountsReader(EventLoopSet loops) {
        this.loops = loops;
        last = new AtomicReferenceArray<>(loops.count());
        owed = new AtomicIntegerArray(loops.count());
        for (int i = 0; i < loops.count(); i++) {
            last.set(i, new LoopCounts());
        }
    }

    /** What all loops together have counted by now. */
    public LoopCounts read() {
        CountDownLatch answers = new CountDownLatch(loops.count());
        try {
            loops.tell(context -> copy(context, answers), context -> isWorthAsking(context.number()));
            boolean _ = answers.await(MAX_WAIT_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RejectedExecutionException e) {
            LOG.debug("shutting down: the last copies stand in");
        }
        LoopCounts sum = new LoopCounts();
        for (int i = 0; i < last.length(); i++) {
            sum.add(last.get(i));
        }
        return sum;
    }

    private boolean isWorthAsking(int loop) {
        if (owed.get(loop) >= MAX_OWED) {
            return false;
        }
        owed.incrementAndGet(loop);
        return true;
    }

    /** On the loop. */
    private void copy(LoopContext context, CountDownLatch answers) {
        try {
            LoopCounts copy = new LoopCounts();
            copy.add(context.relays());
            context.pools().values().forEach(copy::add);
            context.listeners().values().forEach(listener -> copy.add(listener, context.queued(listener)));
            last.set(context.number(), copy);
        } finally {
            owed.decrementAndGet(context.number());
            answers.countDown();
        }
    }
}
