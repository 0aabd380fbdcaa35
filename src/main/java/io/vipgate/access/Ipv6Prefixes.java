package io.vipgate.access;

import java.util.Arrays;

/**
 * The IPv6 networks of a {@link PrefixTable}, in three columns: both halves of the first address, and length and index in one.
 * Sorted, a network stands right behind the one that it lies in and what else lies in that before it.
 *
 * <p>Immutable.
 */
final class Ipv6Prefixes {
    private static final int INDEX_BITS = 20;
    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;

    private final long[] high;
    private final long[] low;
    private final int[] rest;
    /** For each where the one stands that it lies in. */
    private final int[] parents;

    private Ipv6Prefixes(long[] high, long[] low, int[] rest) {
        this.high = high;
        this.low = low;
        this.rest = rest;
        parents = new int[rest.length];
        for (int i = 0; i < parents.length; i++) {
            parents[i] = outwards(i - 1, high[i], low[i]);
        }
    }

    int find(long addressHigh, long addressLow) {
        int at = position(addressHigh, addressLow);
        return at < 0 ? PrefixTable.NONE : rest[at] & INDEX_MASK;
    }

    /** Length of the one that is found. */
    int length(long addressHigh, long addressLow) {
        return rest[position(addressHigh, addressLow)] >>> INDEX_BITS;
    }

    private int position(long addressHigh, long addressLow) {
        int from = 0;
        int to = high.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (compare(high[middle], low[middle], addressHigh, addressLow) <= 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return outwards(from - 1, addressHigh, addressLow);
    }

    /** The one at a place, or the first around it, that an address lies in; -1 for none. */
    private int outwards(int from, long addressHigh, long addressLow) {
        int at = from;
        while (at >= 0 && !Prefix.isWithin(addressHigh, addressLow, high[at], low[at], rest[at] >>> INDEX_BITS)) {
            at = parents[at];
        }
        return at;
    }

    private static int compare(long high, long low, long otherHigh, long otherLow) {
        int byHigh = Long.compareUnsigned(high, otherHigh);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, otherLow);
    }

    /** Takes them in any order. */
    static final class Builder {
        private long[] high = new long[8];
        private long[] low = new long[8];
        private int[] rest = new int[8];
        private int size;

        void add(long addressHigh, long addressLow, int length, int index) {
            if (size == rest.length) {
                int room = size + (size >> 1);
                high = Arrays.copyOf(high, room);
                low = Arrays.copyOf(low, room);
                rest = Arrays.copyOf(rest, room);
            }
            high[size] = addressHigh;
            low[size] = addressLow;
            rest[size++] = (length << INDEX_BITS) | index;
        }

        Ipv6Prefixes build(PrefixTable.Duplicates duplicates) {
            int[] order = sortedOrder();
            int kept = 0;
            for (int i = 0; i < size; i++) {
                int before = kept == 0 ? -1 : order[kept - 1];
                if (before >= 0 && isSame(before, order[i])) {
                    duplicates.onDuplicate(new Prefix(high[before], low[before], rest[before] >>> INDEX_BITS),
                            rest[before] & INDEX_MASK, rest[order[i]] & INDEX_MASK);
                } else {
                    order[kept++] = order[i];
                }
            }
            high = inOrder(high, order, kept);
            low = inOrder(low, order, kept);
            int[] sortedRest = new int[kept];
            for (int i = 0; i < kept; i++) {
                sortedRest[i] = rest[order[i]];
            }
            return new Ipv6Prefixes(high, low, sortedRest);
        }

        private boolean isSame(int one, int other) {
            return high[one] == high[other] && low[one] == low[other]
                    && rest[one] >>> INDEX_BITS == rest[other] >>> INDEX_BITS;
        }

        private static long[] inOrder(long[] column, int[] order, int count) {
            long[] sorted = new long[count];
            for (int i = 0; i < count; i++) {
                sorted[i] = column[order[i]];
            }
            return sorted;
        }

        /** A merge sort from the bottom up: of numbers in three columns the library has none. */
        private int[] sortedOrder() {
            int[] from = new int[size];
            for (int i = 0; i < size; i++) {
                from[i] = i;
            }
            int[] to = new int[size];
            for (int width = 1; width < size; width *= 2) {
                for (int start = 0; start < size; start += 2 * width) {
                    merge(from, to, start, Math.min(start + width, size), Math.min(start + 2 * width, size));
                }
                int[] sorted = to;
                to = from;
                from = sorted;
            }
            return from;
        }

        private void merge(int[] from, int[] to, int start, int middle, int end) {
            int left = start;
            int right = middle;
            for (int i = start; i < end; i++) {
                boolean isLeft = right == end || (left < middle && compareRows(from[left], from[right]) <= 0);
                to[i] = isLeft ? from[left++] : from[right++];
            }
        }

        private int compareRows(int one, int other) {
            int byAddress = compare(high[one], low[one], high[other], low[other]);
            return byAddress != 0 ? byAddress : Integer.compare(rest[one], rest[other]);
        }
    }
}
