package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.Candidate;
import java.math.BigInteger;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AliasTableTest {
    private static final long COLUMN = 1L << 32;

    /** How many of a column's 2^32 lower halves draw the candidate that the lowest of them draws. */
    private static long threshold(AliasTable table, long column) {
        int own = table.draw(column).position();
        if (table.draw(column | 0xffff_ffffL).position() == own) {
            return COLUMN;
        }
        long inside = 0;
        long outside = 0xffff_ffffL;
        while (outside - inside > 1) {
            long middle = (inside + outside) >>> 1;
            if (table.draw(column | middle).position() == own) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        return outside;
    }

    /** The smallest random number whose upper half falls into a column. */
    private static long firstOfColumn(int column, int columns) {
        return ((((long) column << 32) + columns - 1) / columns) << 32;
    }

    /** What a table gives each candidate, in units of 1 / (columns * 2^32), found by drawing from every column. */
    private static long[] mass(List<Candidate> candidates) {
        AliasTable table = new AliasTable(candidates.toArray(Candidate[]::new), Candidate::weight);
        long[] mass = new long[candidates.size()];
        for (int i = 0; i < mass.length; i++) {
            long column = firstOfColumn(i, mass.length);
            long threshold = threshold(table, column);
            mass[table.draw(column).position()] += threshold;
            mass[table.draw(column | 0xffff_ffffL).position()] += COLUMN - threshold;
        }
        return mass;
    }

    private static void assertSharesAreExact(List<Candidate> candidates, String context) {
        long[] mass = mass(candidates);
        int columns = candidates.size();
        BigInteger total = BigInteger.valueOf(Candidates.totalWeight(candidates));
        long sum = 0;
        for (Candidate candidate : candidates) {
            long due = BigInteger.valueOf(candidate.weight()).multiply(BigInteger.valueOf(columns)).shiftLeft(32)
                    .divide(total).longValueExact();
            // Each column rounds its threshold by less than one unit; all columns together make 2^-32 of a share.
            assertThat(mass[candidate.position()]).as("%s: %s", context, candidate).isBetween(due - columns,
                    due + columns);
            sum += mass[candidate.position()];
        }
        assertThat(sum).as(context).isEqualTo(columns * COLUMN);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void sharesAreExactForRandomWeights(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int round = 0; round < 8; round++) {
            int count = random.nextInt(1, round == 0 ? 1001 : 40);

            List<Candidate> candidates = Candidates.weighing(Candidates.randomWeights(random, count, 256));

            assertSharesAreExact(candidates, "seed " + seed + ", round " + round);
        }
    }

    @Test
    void sharesAreExactAtTheExtremes() {
        assertSharesAreExact(Candidates.weighing(1), "one");
        assertSharesAreExact(Candidates.weighing(256), "one heavy");
        assertSharesAreExact(Candidates.weighing(1, 256), "far apart");
        assertSharesAreExact(Candidates.weighing(256, 1, 1, 1, 1, 1, 1), "one heavy among light");
        assertSharesAreExact(Candidates.weighing(new SplittableRandom(7).ints(1000, 3, 4).toArray()), "all alike");
    }

    @ParameterizedTest(name = "weights {0} and {1}")
    @CsvSource({"1, 1", "5, 1", "1, 3", "255, 256"})
    void twoCandidatesSplitTheNumbersAtTheirShare(int first, int second) {
        long[] mass = mass(Candidates.weighing(first, second));

        assertThat(mass[0] / (2.0 * COLUMN)).isCloseTo((double) first / (first + second),
                org.assertj.core.api.Assertions.within(0x1.0p-31));
    }

    @Test
    void everyColumnIsReachedByTheSameStretchOfUpperHalves() {
        // given seven columns that differ, the upper half alone decides the column
        List<Candidate> candidates = Candidates.weighing(1, 1, 1, 1, 1, 1, 1);
        AliasTable table = new AliasTable(candidates.toArray(Candidate[]::new), Candidate::weight);

        for (int i = 0; i < 7; i++) {
            long first = firstOfColumn(i, 7);

            assertThat(table.draw(first).position()).isEqualTo(i);
            assertThat(table.draw(first - 1).position()).isEqualTo((i + 6) % 7);
        }
    }
}
