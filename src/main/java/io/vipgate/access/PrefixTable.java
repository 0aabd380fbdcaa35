package io.vipgate.access;

import io.vipgate.linux.ClientAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Finds the longest of many networks that an address lies in. They are flattened to ranges that do not overlap, each with the
 * network that decides there, so that a look-up is a binary search: 20 steps for a million.
 *
 * <p>Immutable.
 */
public final class PrefixTable {
    /** What {@link #find} returns where no network has the address. */
    public static final int NONE = -1;

    private static final Comparator<Entry> OUTER_FIRST = Comparator.<Entry>comparingLong(entry -> entry.prefix.high()
            ^ Long.MIN_VALUE).thenComparingLong(entry -> entry.prefix.low() ^ Long.MIN_VALUE)
            .thenComparingInt(entry -> entry.prefix.length());

    private final Ranges ipv4;
    private final Ranges ipv6;

    /**
     * Makes a table.
     *
     * @param prefixes in any order; of equal ones the first counts
     */
    public PrefixTable(List<Prefix> prefixes) {
        List<Entry> all = new ArrayList<>(prefixes.size());
        for (int i = 0; i < prefixes.size(); i++) {
            all.add(new Entry(prefixes.get(i), i));
        }
        all.sort(OUTER_FIRST);
        ipv4 = Ranges.of(all.stream().filter(entry -> entry.prefix.isIpv4()).toList());
        ipv6 = Ranges.of(all.stream().filter(entry -> !entry.prefix.isIpv4()).toList());
    }

    /**
     * The longest network that an address lies in.
     *
     * @return its index in the list that the table was made of, or {@link #NONE}
     */
    public int find(long high, long low) {
        return ClientAddress.isIpv4(high, low) ? ipv4.find(high, low) : ipv6.find(high, low);
    }

    private record Entry(Prefix prefix, int index) {}

    /** From each start up to the next one, the network with that index decides. */
    private static final class Ranges {
        private final long[] startHigh;
        private final long[] startLow;
        private final int[] deciding;

        Ranges(long[] startHigh, long[] startLow, int[] deciding) {
            this.startHigh = startHigh;
            this.startLow = startLow;
            this.deciding = deciding;
        }

        static Ranges of(List<Entry> outerFirst) {
            Builder builder = new Builder(2 * outerFirst.size());
            Deque<Entry> open = new ArrayDeque<>();
            for (Entry entry : outerFirst) {
                builder.closeBefore(open, entry.prefix);
                if (open.isEmpty() || !open.peek().prefix.equals(entry.prefix)) {
                    builder.start(entry.prefix.high(), entry.prefix.low(), entry.index);
                    open.push(entry);
                }
            }
            builder.closeAll(open);
            return builder.build();
        }

        int find(long high, long low) {
            int from = 0;
            int to = startHigh.length;
            while (from < to) {
                int middle = (from + to) >>> 1;
                if (compare(startHigh[middle], startLow[middle], high, low) <= 0) {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
            return from == 0 ? NONE : deciding[from - 1];
        }
    }

    private static int compare(long high, long low, long otherHigh, long otherLow) {
        int byHigh = Long.compareUnsigned(high, otherHigh);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, otherLow);
    }

    private static final class Builder {
        private final long[] high;
        private final long[] low;
        private final int[] deciding;
        private int size;

        Builder(int most) {
            high = new long[most];
            low = new long[most];
            deciding = new int[most];
        }

        /** A start at the same address takes the place of the one before: nothing lies between them. */
        void start(long startHigh, long startLow, int index) {
            if (size > 0 && high[size - 1] == startHigh && low[size - 1] == startLow) {
                size--;
            }
            high[size] = startHigh;
            low[size] = startLow;
            deciding[size++] = index;
        }

        /** Closes the networks that end before another begins, the innermost first. */
        void closeBefore(Deque<Entry> open, Prefix next) {
            while (!open.isEmpty() && !open.peek().prefix.contains(next.high(), next.low())) {
                close(open);
            }
        }

        void closeAll(Deque<Entry> open) {
            while (!open.isEmpty()) {
                close(open);
            }
        }

        private void close(Deque<Entry> open) {
            Prefix closed = open.pop().prefix;
            long nextLow = closed.lastLow() + 1;
            long nextHigh = closed.lastHigh() + (nextLow == 0 ? 1 : 0);
            // Behind the last address of all there is nothing.
            if (nextHigh != 0 || nextLow != 0) {
                start(nextHigh, nextLow, open.isEmpty() ? NONE : open.peek().index);
            }
        }

        Ranges build() {
            return new Ranges(Arrays.copyOf(high, size), Arrays.copyOf(low, size),
                    Arrays.copyOf(deciding, size));
        }
    }
}
