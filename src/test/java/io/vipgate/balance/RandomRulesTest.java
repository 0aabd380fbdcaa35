package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vipgate.pool.Candidate;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code random} and {@code weighted-random}. */
class RandomRulesTest {
    private static final int CONNECTIONS = 10_000;
    /** 2.5 points: five standard deviations of a fair coin thrown 10,000 times. */
    private static final double BOUND = 0.025;

    private static double[] shares(Balancer balancer, FakeSelectionContext context, int candidates) {
        int[] counts = new int[candidates];
        for (int i = 0; i < CONNECTIONS; i++) {
            counts[Objects.requireNonNull(balancer.select(context)).position()]++;
        }
        double[] shares = new double[candidates];
        for (int i = 0; i < candidates; i++) {
            shares[i] = counts[i] / (double) CONNECTIONS;
        }
        return shares;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomGivesTwoEndpointsHalfEach(long seed) {
        Balancer balancer = new UniformRandom(Candidates.weighing(1, 1));

        double[] shares = shares(balancer, new FakeSelectionContext(seed), 2);

        assertThat(shares[0]).isCloseTo(0.5, within(BOUND));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomIgnoresWeights(long seed) {
        Balancer balancer = new UniformRandom(Candidates.weighing(200, 1, 7, 50));

        assertThat(shares(balancer, new FakeSelectionContext(seed), 4)).containsExactly(
                new double[]{0.25, 0.25, 0.25, 0.25},
                within(BOUND));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void weightedRandomGivesFiveSixthsToTheHeavier(long seed) {
        Balancer balancer = new WeightedRandom(Candidates.weighing(5, 1));

        double[] shares = shares(balancer, new FakeSelectionContext(seed), 2);

        assertThat(shares[0]).isCloseTo(5 / 6.0, within(BOUND));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void weightedRandomKeepsTheSharesOfTheOthersWhenOneCannotBeUsed(long seed) {
        // given
        List<Candidate> candidates = Candidates.weighing(4, 10, 1);
        Balancer balancer = new WeightedRandom(candidates);
        FakeSelectionContext context = new FakeSelectionContext(seed).bar(candidates.get(1));

        // when
        double[] shares = shares(balancer, context, 3);

        // then
        assertThat(shares).containsExactly(new double[]{0.8, 0, 0.2}, within(BOUND));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomSharesEvenlyAmongTheOthersWhenOneCannotBeUsed(long seed) {
        List<Candidate> candidates = Candidates.weighing(9, 1, 1);
        Balancer balancer = new UniformRandom(candidates);
        FakeSelectionContext context = new FakeSelectionContext(seed).bar(candidates.get(1));

        assertThat(shares(balancer, context, 3)).containsExactly(new double[]{0.5, 0, 0.5}, within(BOUND));
    }

    @Test
    void aDrawBelowABoundCoversExactlyTheNumbersBelowIt() {
        assertThat(RandomPick.below(3, 0)).isZero();
        assertThat(RandomPick.below(3, 0x5555_5555_5555_5555L)).isZero();
        assertThat(RandomPick.below(3, 0x5555_5555_5555_5556L)).isEqualTo(1);
        assertThat(RandomPick.below(3, 0xaaaa_aaaa_aaaa_aaabL)).isEqualTo(2);
        assertThat(RandomPick.below(3, -1L)).isEqualTo(2);
        assertThat(RandomPick.below(1, -1L)).isZero();
    }
}
