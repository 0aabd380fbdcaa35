package io.vipgate.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Never more than so many in any second. */
class CloseBudgetTest {
    private static final long SECOND = 1_000_000_000L;

    private final CloseBudget budget = new CloseBudget();

    @Test
    void whatWasAskedCountsUntilASecondAfterItIsDone() {
        budget.onAsked(20);
        assertThat(budget.left(20, 10 * SECOND)).isZero();
        budget.onDone(20, 15, 11 * SECOND);

        assertThat(budget.left(20, 11 * SECOND)).isEqualTo(5);
        assertThat(budget.left(20, 12 * SECOND)).isEqualTo(5);
        assertThat(budget.left(20, 12 * SECOND + 1)).isEqualTo(20);
    }

    @Test
    void lesserRateMayBeUsedUpAlready() {
        budget.onAsked(20);
        budget.onDone(20, 20, 0);

        assertThat(budget.left(1, SECOND)).isZero();
    }

    /** Loops close at any time between being asked and their answer, which may be late. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noSecondHasMore(long seed) {
        record Asked(int count, long answered, int closed) {}

        SplittableRandom random = new SplittableRandom(seed);
        int perSecond = 1 + random.nextInt(40);
        List<Asked> open = new ArrayList<>();
        List<Long> closes = new ArrayList<>();
        for (long now = 0; now < 60 * SECOND; now += random.nextLong(SECOND / 5)) {
            for (Iterator<Asked> each = open.iterator(); each.hasNext();) {
                Asked asked = each.next();
                if (asked.answered() <= now) {
                    budget.onDone(asked.count(), asked.closed(), now);
                    each.remove();
                }
            }
            int count = Math.min(random.nextInt(perSecond + 1), budget.left(perSecond, now));
            budget.onAsked(count);
            long answered = now + random.nextLong(2 * SECOND);
            List<Long> own = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                if (random.nextInt(5) > 0) {
                    own.add(now + random.nextLong(answered - now + 1));
                }
            }
            closes.addAll(own);
            open.add(new Asked(count, answered, own.size()));
        }
        List<Long> sorted = closes.stream().sorted().toList();
        assertThat(sorted).as("seed %d", seed).hasSizeGreaterThan(10);
        for (int i = 0; i + perSecond < sorted.size(); i++) {
            assertThat(sorted.get(i + perSecond) - sorted.get(i)).as("seed %d", seed).isGreaterThan(SECOND);
        }
    }
}
