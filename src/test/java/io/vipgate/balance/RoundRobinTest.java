package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundRobinTest {
    private final FakeSelectionContext context = new FakeSelectionContext(0);

    private static Candidate pick(Balancer balancer, FakeSelectionContext context) {
        return Objects.requireNonNull(balancer.select(context));
    }

    private List<String> picks(Balancer balancer, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(pick(balancer, context).endpoint().name());
        }
        return names;
    }

    @Test
    void equalWeightsTakeTurnsInTheOrderOfTheConfiguration() {
        Balancer balancer = new RoundRobin(Candidates.weighing(1, 1, 1));

        assertThat(picks(balancer, 7)).containsExactly("vip1", "vip2", "vip3", "vip1", "vip2", "vip3", "vip1");
    }

    @Test
    void aHeavyCandidateIsSpreadOverTheRoundRatherThanServedInABurst() {
        Balancer balancer = new RoundRobin(Candidates.weighing(5, 1));

        assertThat(picks(balancer, 12)).containsExactly("vip1", "vip1", "vip1", "vip2", "vip1", "vip1", //
                "vip1", "vip1", "vip1", "vip2", "vip1", "vip1");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyFullRoundIsExactAndEveryPrefixNearlySo(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int round = 0; round < 10; round++) {
            // given
            int[] weights = Candidates.randomWeights(random, random.nextInt(1, 25), random.nextInt(1, 257));
            List<Candidate> candidates = Candidates.weighing(weights);
            int total = Candidates.totalWeight(candidates);
            Balancer balancer = new RoundRobin(candidates);
            int[] counts = new int[weights.length];
            int[] lastPick = new int[weights.length];
            for (int picks = 1; picks <= 3 * total; picks++) {
                // when
                int picked = pick(balancer, context).position();

                // then
                int waited = picks - lastPick[picked];
                assertThat(waited).as("seed %d: wait of %d", seed, picked)
                        .isLessThanOrEqualTo(total / weights[picked] + weights.length);
                lastPick[picked] = picks;
                counts[picked]++;
                for (int i = 0; i < weights.length; i++) {
                    // A deadline queue keeps every candidate within half a turn of a common time.
                    double due = (double) weights[i] * picks / total;
                    double bound = 0.5 + weights[i] * weights.length / (2.0 * total);
                    if (Math.abs(counts[i] - due) > bound + 1e-9) {
                        throw new AssertionError("seed " + seed + ": after " + picks + " picks " + i + " had "
                                + counts[i] + " of " + due);
                    }
                    if (picks % total == 0 && counts[i] != weights[i] * (picks / total)) {
                        throw new AssertionError("seed " + seed + ": " + i + " had " + counts[i] + " after "
                                + picks / total + " rounds of weight " + weights[i]);
                    }
                }
            }
        }
    }

    @Test
    void whoCannotBeUsedOnceHasTheNextTurn() {
        // given
        List<Candidate> candidates = Candidates.weighing(1, 1, 1);
        Balancer balancer = new RoundRobin(candidates);

        // when
        context.bar(candidates.get(0));
        List<String> without = picks(balancer, 1);
        context.allow(candidates.get(0));

        // then
        assertThat(without).containsExactly("vip2");
        assertThat(picks(balancer, 5)).containsExactly("vip1", "vip3", "vip1", "vip2", "vip3");
    }

    @Test
    void whoComesBackAfterALongTimeTakesNoMoreThanOneTurnExtra() {
        // given an endpoint at its maximum for thousands of connections
        List<Candidate> candidates = Candidates.weighing(1, 1);
        Balancer balancer = new RoundRobin(candidates);
        context.bar(candidates.get(0));
        assertThat(picks(balancer, 5_000)).containsOnly("vip2");

        // when it has room again
        context.allow(candidates.get(0));

        // then it does not take every connection until it has caught up
        assertThat(picks(balancer, 6)).containsExactly("vip1", "vip1", "vip2", "vip1", "vip2", "vip1");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void roundsAreFairAgainAtOnceAfterCandidatesCouldNotBeUsed(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int round = 0; round < 20; round++) {
            // given
            int[] weights = Candidates.randomWeights(random, random.nextInt(2, 10), 20);
            List<Candidate> candidates = Candidates.weighing(weights);
            Balancer balancer = new RoundRobin(candidates);
            for (int picks = random.nextInt(3_000); picks > 0; picks--) {
                if (picks % 50 == 0) {
                    candidates.forEach(random.nextInt(3) == 0 ? context::bar : context::allow);
                    candidates.forEach(candidate -> {
                        if (random.nextBoolean()) {
                            context.bar(candidate);
                        }
                    });
                }
                Candidate selected = balancer.select(context);
                assertThat(selected == null || context.isUsable(selected)).isTrue();
            }
            candidates.forEach(context::allow);

            // when
            int total = Candidates.totalWeight(candidates);
            int[] counts = new int[weights.length];
            for (int i = 0; i < 4 * total; i++) {
                counts[pick(balancer, context).position()]++;
            }

            // then nobody is more than a turn or two, of its own and as its share of the others', from what is due
            for (int i = 0; i < weights.length; i++) {
                double bound = 2 + 2.0 * weights[i] * weights.length / total;
                assertThat(Math.abs(counts[i] - 4.0 * weights[i])).as("seed %d, round %d, candidate %d of %s", seed,
                        round, i, candidates).isLessThanOrEqualTo(bound);
            }
        }
    }
}
