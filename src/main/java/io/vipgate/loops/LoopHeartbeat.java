package io.vipgate.loops;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * Asks every event loop once a second to say that it lives.
 *
 * <p>Thread-safe.
 */
public final class LoopHeartbeat {
    /** Time from one question to the next. */
    public static final Duration EVERY = Duration.ofSeconds(1);

    /** So many answers are remembered; a scrape every 15 s misses none. */
    private static final int REMEMBERED = 16;

    private final EventLoopSet loops;
    private final int count;
    private final AtomicLongArray tickedAt;
    /** When each loop was asked first of what it has not answered; 0 when it has answered everything. */
    private final AtomicLongArray askedAt;
    /** How long the last answers took, loop by loop. */
    private final AtomicLongArray lags;
    /** Of the asking thread alone. */
    private int turn;

    /** Makes one that has asked nobody yet. */
    public LoopHeartbeat(EventLoopSet loops) {
        this.loops = loops;
        count = loops.count();
        tickedAt = new AtomicLongArray(count);
        askedAt = new AtomicLongArray(count);
        lags = new AtomicLongArray(count * REMEMBERED);
        for (int i = 0; i < count; i++) {
            tickedAt.set(i, System.nanoTime());
        }
    }

    /** Asks the loops, and does not wait for their answers. To be done by one thread, each {@link #EVERY}. */
    public void ask() {
        long now = System.nanoTime();
        turn = (turn + 1) % REMEMBERED;
        int slot = turn;
        for (int i = 0; i < count; i++) {
            askedAt.compareAndSet(i, 0, now);
        }
        loops.tell(context -> onTick(context.number(), slot, now));
    }

    /** On the loop. What was asked later is answered later. */
    private void onTick(int loop, int slot, long asked) {
        long now = System.nanoTime();
        lags.set(loop * REMEMBERED + slot, now - asked);
        askedAt.compareAndSet(loop, asked, 0);
        tickedAt.set(loop, now);
    }

    /**
     * How long each loop lets a task wait, in nanoseconds: the longest of the last sixteen, one a second, or of the one that
     * still waits.
     */
    public List<Long> lags() {
        long now = System.nanoTime();
        return IntStream.range(0, count).mapToObj(loop -> {
            long asked = askedAt.get(loop);
            long longest = asked == 0 ? 0 : now - asked;
            for (int slot = 0; slot < REMEMBERED; slot++) {
                longest = Math.max(longest, lags.get(loop * REMEMBERED + slot));
            }
            return longest;
        }).toList();
    }

    /** Time since the loop that has been silent longest last ticked, in nanoseconds. */
    public long longestSilence() {
        long now = System.nanoTime();
        long longest = 0;
        for (int i = 0; i < tickedAt.length(); i++) {
            longest = Math.max(longest, now - tickedAt.get(i));
        }
        return longest;
    }
}
