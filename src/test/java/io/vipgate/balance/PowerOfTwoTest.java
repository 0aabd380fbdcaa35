package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.Candidate;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PowerOfTwoTest {

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void theLessLoadedOfTheTwoDrawnIsPicked(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            // given
            List<Candidate> candidates = Candidates
                    .weighing(Candidates.randomWeights(random, random.nextInt(1, 10), 256));
            candidates.forEach(candidate -> Candidates.open(candidate, random.nextInt(100)));
            AliasTable table = new AliasTable(candidates.toArray(Candidate[]::new), Candidate::weight);
            Balancer balancer = new PowerOfTwo(candidates);
            FakeSelectionContext context = new FakeSelectionContext(seed);
            candidates.forEach(candidate -> {
                if (random.nextInt(3) == 0) {
                    context.bar(candidate);
                }
            });
            for (int pick = 0; pick < 50; pick++) {
                long firstBits = random.nextLong();
                long secondBits = random.nextLong();
                Candidate first = table.draw(firstBits);
                Candidate second = table.draw(secondBits);

                // when
                Candidate selected = balancer.select(context.nextRandom(firstBits, secondBits));

                // then
                String drawn = "seed " + seed + ", round " + round + ": " + first + " or " + second;
                if (context.isUsable(first) && context.isUsable(second)) {
                    assertThat(selected).as(drawn).isIn(first, second);
                    Candidate other = first.equals(selected) ? second : first;
                    assertThat((Objects.requireNonNull(selected).endpoint().connections() + 1L) * other.weight())
                            .as(drawn)
                            .isLessThanOrEqualTo((other.endpoint().connections() + 1L) * selected.weight());
                } else if (context.isUsable(first) || context.isUsable(second)) {
                    assertThat(selected).as(drawn).isSameAs(context.isUsable(first) ? first : second);
                } else if (candidates.stream().anyMatch(context::isUsable)) {
                    assertThat(context.isUsable(Objects.requireNonNull(selected))).as(drawn).isTrue();
                } else {
                    assertThat(selected).as(drawn).isNull();
                }
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void openConnectionsStayCloseTogether(long seed) {
        // given
        List<Candidate> candidates = Candidates.weighing(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        Balancer balancer = new PowerOfTwo(candidates);
        FakeSelectionContext context = new FakeSelectionContext(seed);

        // when
        for (int i = 0; i < 10_000; i++) {
            Candidates.open(Objects.requireNonNull(balancer.select(context)), 1);
        }

        // then the spread is a few connections, where plain random has about a hundred
        IntSummaryStatistics open = candidates.stream().mapToInt(candidate -> candidate.endpoint().connections())
                .summaryStatistics();
        assertThat(open.getMax() - open.getMin()).isLessThan(15);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void openConnectionsFollowTheWeights(long seed) {
        List<Candidate> candidates = Candidates.weighing(1, 3, 6);
        Balancer balancer = new PowerOfTwo(candidates);
        FakeSelectionContext context = new FakeSelectionContext(seed);

        for (int i = 0; i < 10_000; i++) {
            Candidates.open(Objects.requireNonNull(balancer.select(context)), 1);
        }

        for (Candidate candidate : candidates) {
            assertThat(candidate.endpoint().connections()).isBetween(candidate.weight() * 1000 - 100,
                    candidate.weight() * 1000 + 100);
        }
    }
}
