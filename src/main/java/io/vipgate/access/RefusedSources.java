package io.vipgate.access;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Which sources are refused most, in a fixed amount of memory, for people to see. Each refusal of a source that has no place in its
 * set takes one from the least of the four that have one. So those stay that are refused often, and no count is too high.
 *
 * <p>Thread-safe, without a lock.
 */
final class RefusedSources {
    private static final int SETS = 256;
    private static final int WAYS = 4;

    private final AtomicReferenceArray<Refused> places = new AtomicReferenceArray<>(SETS * WAYS);

    private record Refused(SourceKey source, AtomicLong count) {}

    void add(SourceKey source) {
        int set = (int) (source.hash() >>> Integer.SIZE) & (SETS - 1);
        int least = set * WAYS;
        long leastCount = Long.MAX_VALUE;
        for (int at = set * WAYS; at < (set + 1) * WAYS; at++) {
            Refused there = places.get(at);
            if (there == null) {
                if (places.compareAndSet(at, null, new Refused(source.copy(), new AtomicLong(1)))) {
                    return;
                }
            } else if (there.source.equals(source)) {
                there.count.incrementAndGet();
                return;
            } else if (there.count.get() < leastCount) {
                least = at;
                leastCount = there.count.get();
            }
        }
        Refused there = places.get(least);
        if (there != null && there.count.decrementAndGet() <= 0) {
            places.compareAndSet(least, there, null);
        }
    }

    /** How often each was refused, at least. */
    Map<SourceKey, Long> counts() {
        Map<SourceKey, Long> counts = new HashMap<>();
        for (int at = 0; at < places.length(); at++) {
            Refused there = places.get(at);
            if (there != null) {
                counts.merge(there.source, there.count.get(), Long::sum);
            }
        }
        return counts;
    }
}
