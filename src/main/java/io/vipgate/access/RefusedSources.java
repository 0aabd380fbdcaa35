package io.vipgate.access;

import java.util.ArrayList;
import java.util.List;

/**
 * Which sources are refused most, in a fixed amount of memory, for people to see. Each refusal of a source that has no place in its
 * set takes one from the least of the four that have one. So those stay that are refused often, and no count is too high.
 *
 * <p>Thread-safe.
 */
final class RefusedSources {
    private static final int SETS = 256;
    private static final int WAYS = 4;

    private final long[] highs = new long[SETS * WAYS];
    private final long[] lows = new long[SETS * WAYS];
    private final int[] lengths = new int[SETS * WAYS];
    private final long[] counts = new long[SETS * WAYS];

    /**
     * One of them.
     *
     * @param source its network
     * @param count how often it was refused, at least
     */
    record Refused(Prefix source, long count) {}

    synchronized void add(SourceKey source) {
        int set = (int) (source.hash() >>> Integer.SIZE) & (SETS - 1);
        int least = set * WAYS;
        for (int at = set * WAYS; at < (set + 1) * WAYS; at++) {
            if (counts[at] > 0 && highs[at] == source.high() && lows[at] == source.low()
                    && lengths[at] == source.length()) {
                counts[at]++;
                return;
            }
            least = counts[at] < counts[least] ? at : least;
        }
        if (counts[least] > 0) {
            counts[least]--;
            return;
        }
        highs[least] = source.high();
        lows[least] = source.low();
        lengths[least] = source.length();
        counts[least] = 1;
    }

    synchronized List<Refused> all() {
        List<Refused> all = new ArrayList<>();
        for (int at = 0; at < counts.length; at++) {
            if (counts[at] > 0) {
                all.add(new Refused(new Prefix(highs[at], lows[at], lengths[at]), counts[at]));
            }
        }
        return all;
    }
}
