package io.vipgate.access;

import java.util.Arrays;

/**
 * The IPv4 networks of a {@link PrefixTable}, each as one number: first address, length, index. Sorted, a network stands
 * right behind the one that it lies in and what else lies in that before it.
 *
 * <p>Immutable.
 */
final class Ipv4Prefixes {
    private static final int INDEX_BITS = 20;
    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;
    private static final int LENGTH_MASK = 0x3f;
    private static final int ADDRESS_SHIFT = INDEX_BITS + 6;

    private final long[] sorted;
    /** For each where the one stands that it lies in. */
    private final int[] parents;

    private Ipv4Prefixes(long[] sorted, int[] parents) {
        this.sorted = sorted;
        this.parents = parents;
    }

    int find(int address) {
        int at = position(address);
        return at < 0 ? PrefixTable.NONE : index(sorted[at]);
    }

    /** Length of the one that is found, in bits of the mapped form. */
    int length(int address) {
        return Prefix.MAPPED_BITS + length(sorted[position(address)]);
    }

    private int position(int address) {
        long wanted = start(address) | ((1L << ADDRESS_SHIFT) - 1);
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] <= wanted) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        int at = from - 1;
        while (at >= 0 && !contains(sorted[at], wanted)) {
            at = parents[at];
        }
        return at;
    }

    private static boolean contains(long prefix, long other) {
        return (prefix ^ other) >>> (ADDRESS_SHIFT + 32 - length(prefix)) == 0;
    }

    private static long start(int address) {
        return Integer.toUnsignedLong(address) << ADDRESS_SHIFT;
    }

    private static int length(long prefix) {
        return (int) (prefix >>> INDEX_BITS) & LENGTH_MASK;
    }

    private static Prefix prefix(long prefix) {
        return new Prefix(0, Prefix.MAPPED | (prefix >>> ADDRESS_SHIFT), Prefix.MAPPED_BITS + length(prefix));
    }

    private static int index(long prefix) {
        return (int) prefix & INDEX_MASK;
    }

    /** Takes them in any order. */
    static final class Builder {
        private long[] prefixes = new long[8];
        private int size;

        void add(int address, int length, int index) {
            if (size == prefixes.length) {
                prefixes = Arrays.copyOf(prefixes, size + (size >> 1));
            }
            prefixes[size++] = start(address) | ((long) length << INDEX_BITS) | index;
        }

        Ipv4Prefixes build(PrefixTable.Duplicates duplicates) {
            Arrays.sort(prefixes, 0, size);
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (kept > 0 && prefixes[kept - 1] >>> INDEX_BITS == prefixes[i] >>> INDEX_BITS) {
                    duplicates.onDuplicate(prefix(prefixes[i]), index(prefixes[kept - 1]), index(prefixes[i]));
                } else {
                    prefixes[kept++] = prefixes[i];
                }
            }
            prefixes = Arrays.copyOf(prefixes, kept);
            int[] parents = new int[kept];
            for (int i = 0; i < kept; i++) {
                int parent = i - 1;
                while (parent >= 0 && !contains(prefixes[parent], prefixes[i])) {
                    parent = parents[parent];
                }
                parents[i] = parent;
            }
            return new Ipv4Prefixes(prefixes, parents);
        }
    }
}
