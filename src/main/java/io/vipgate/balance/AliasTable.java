package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.function.ToIntFunction;

/**
 * Weighted draws in constant time for any number of candidates (A. J. Walker 1977, in the form of M. D. Vose 1991): each
 * column holds a candidate and an alias, and a threshold between them. Integer arithmetic throughout, so that the
 * shares are exact to within 2^-32.
 *
 * <p>Immutable.
 */
final class AliasTable {
    private static final int THRESHOLD_BITS = 32;

    private final Candidate[] own;
    private final Candidate[] alias;
    /** Of 2^32: below it the column's own candidate is drawn. */
    private final long[] threshold;

    /**
     * Makes a table.
     *
     * @param weighing what a candidate weighs, at least 1; the sum is less than 2^31
     */
    AliasTable(Candidate[] candidates, ToIntFunction<Candidate> weighing) {
        int columns = candidates.length;
        own = candidates.clone();
        alias = candidates.clone();
        threshold = new long[columns];
        long total = 0;
        for (Candidate candidate : candidates) {
            total += weighing.applyAsInt(candidate);
        }
        // In units of 1 / columns of a weight a full column holds `total`.
        long[] rest = new long[columns];
        int[] small = new int[columns];
        int[] large = new int[columns];
        int smallCount = 0;
        int largeCount = 0;
        for (int i = 0; i < columns; i++) {
            rest[i] = (long) weighing.applyAsInt(candidates[i]) * columns;
            if (rest[i] < total) {
                small[smallCount++] = i;
            } else {
                large[largeCount++] = i;
            }
        }
        while (smallCount > 0 && largeCount > 0) {
            int less = small[--smallCount];
            int more = large[largeCount - 1];
            threshold[less] = (rest[less] << THRESHOLD_BITS) / total;
            alias[less] = candidates[more];
            rest[more] -= total - rest[less];
            if (rest[more] < total) {
                largeCount--;
                small[smallCount++] = more;
            }
        }
        while (largeCount > 0) {
            threshold[large[--largeCount]] = 1L << THRESHOLD_BITS;
        }
        assert smallCount == 0 : "the columns' sum is exact, so none is left over";
    }

    /** Draws a candidate. */
    Candidate draw(long random) {
        // Upper half: the column; lower half: which of its two.
        int column = (int) (((random >>> THRESHOLD_BITS) * own.length) >>> THRESHOLD_BITS);
        return (random & 0xffff_ffffL) < threshold[column] ? own[column] : alias[column];
    }
}
