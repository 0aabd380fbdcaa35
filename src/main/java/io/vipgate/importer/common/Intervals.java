package io.vipgate.importer.common;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of whole numbers, addresses or ports, as intervals that neither touch nor overlap, in order.
 *
 * <p>Immutable.
 */
public record Intervals(List<Interval> all) {
    /** From the first to the last, both included. */
    public record Interval(BigInteger first, BigInteger last) {
        public boolean contains(BigInteger value) {
            return first.compareTo(value) <= 0 && value.compareTo(last) <= 0;
        }

        public BigInteger size() {
            return last.subtract(first).add(BigInteger.ONE);
        }
    }

    /** Copies the list. */
    public Intervals {
        all = List.copyOf(all);
    }

    public static Intervals of(BigInteger first, BigInteger last) {
        return new Intervals(List.of(new Interval(first, last)));
    }

    public static Intervals of(long first, long last) {
        return of(BigInteger.valueOf(first), BigInteger.valueOf(last));
    }

    /** Everything that is in one of them. */
    public static Intervals union(List<Intervals> sets) {
        List<Interval> sorted = new ArrayList<>();
        sets.forEach(set -> sorted.addAll(set.all));
        sorted.sort(Comparator.comparing(Interval::first));
        List<Interval> joined = new ArrayList<>();
        for (Interval next : sorted) {
            Interval last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && next.first.compareTo(last.last.add(BigInteger.ONE)) <= 0) {
                joined.removeLast();
                joined.add(new Interval(last.first, last.last.max(next.last)));
            } else {
                joined.add(next);
            }
        }
        return new Intervals(joined);
    }

    /** Everything else from 0 up to a highest number. */
    public Intervals complement(BigInteger highest) {
        List<Interval> others = new ArrayList<>();
        BigInteger from = BigInteger.ZERO;
        for (Interval each : all) {
            if (each.first.compareTo(from) > 0) {
                others.add(new Interval(from, each.first.subtract(BigInteger.ONE)));
            }
            from = each.last.add(BigInteger.ONE);
        }
        if (from.compareTo(highest) <= 0) {
            others.add(new Interval(from, highest));
        }
        return new Intervals(others);
    }

    /** Everything that is in both. */
    public Intervals intersection(Intervals other) {
        List<Interval> common = new ArrayList<>();
        int here = 0;
        int there = 0;
        while (here < all.size() && there < other.all.size()) {
            Interval a = all.get(here);
            Interval b = other.all.get(there);
            BigInteger first = a.first.max(b.first);
            BigInteger last = a.last.min(b.last);
            if (first.compareTo(last) <= 0) {
                common.add(new Interval(first, last));
            }
            if (a.last.compareTo(b.last) < 0) {
                here++;
            } else {
                there++;
            }
        }
        return new Intervals(common);
    }

    public boolean contains(BigInteger value) {
        int at = firstEndingFrom(value);
        return at < all.size() && all.get(at).contains(value);
    }

    /** Whether it has every number of an interval. */
    boolean covers(Interval interval) {
        int at = firstEndingFrom(interval.first);
        return at < all.size() && all.get(at).contains(interval.first) && all.get(at).contains(interval.last);
    }

    /** Whether it has some number of an interval. */
    boolean touches(Interval interval) {
        int at = firstEndingFrom(interval.first);
        return at < all.size() && all.get(at).first.compareTo(interval.last) <= 0;
    }

    /** The first interval that does not end before a number; their count where there is none. */
    private int firstEndingFrom(BigInteger value) {
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all.get(middle).last.compareTo(value) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The one number that it is; null when it is not one. */
    @org.jspecify.annotations.Nullable
    public BigInteger single() {
        return all.size() == 1 && all.getFirst().first.equals(all.getFirst().last) ? all.getFirst().first : null;
    }
}
