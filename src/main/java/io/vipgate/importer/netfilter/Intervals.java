package io.vipgate.importer.netfilter;

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
        boolean contains(BigInteger value) {
            return first.compareTo(value) <= 0 && value.compareTo(last) <= 0;
        }

        BigInteger size() {
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

    public boolean contains(BigInteger value) {
        int low = 0;
        int high = all.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Interval at = all.get(middle);
            if (at.contains(value)) {
                return true;
            }
            if (at.first.compareTo(value) > 0) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return false;
    }

    /** The one number that it is; null when it is not one. */
    @org.jspecify.annotations.Nullable
    BigInteger single() {
        return all.size() == 1 && all.getFirst().first.equals(all.getFirst().last) ? all.getFirst().first : null;
    }
}
