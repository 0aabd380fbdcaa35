package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeastConnectionsTest {
    private final FakeSelectionContext context = new FakeSelectionContext(0);

    private static boolean isLess(Candidate a, Candidate b) {
        return (a.endpoint().connections() + 1L) * b.weight() < (b.endpoint().connections() + 1L) * a.weight();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theLeastLoadedForItsWeightIsPicked(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int round = 0; round < 100; round++) {
            // given
            List<Candidate> candidates = Candidates
                    .weighing(Candidates.randomWeights(random, random.nextInt(1, 10), 256));
            candidates.forEach(candidate -> Candidates.open(candidate, random.nextInt(300)));
            candidates.forEach(candidate -> {
                if (random.nextInt(4) == 0) {
                    context.bar(candidate);
                }
            });
            Balancer balancer = new LeastConnections(candidates);
            for (int pick = 0; pick < 10; pick++) {
                // when
                Candidate selected = balancer.select(context);

                // then
                if (selected == null) {
                    assertThat(candidates).noneMatch(context::isUsable);
                } else {
                    assertThat(candidates).as("seed %d, round %d, picked %s", seed, round, selected)
                            .noneMatch(other -> context.isUsable(other) && isLess(other, selected));
                    Candidates.open(selected, 1);
                }
            }
        }
    }

    /** The rule as it is defined: of all that are usable and least loaded who has the next turn, else who comes first. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everySelectionIsThatOfTheDefinition(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            // given
            int heaviest = 1 << random.nextInt(9);
            List<Candidate> candidates = Candidates
                    .weighing(Candidates.randomWeights(random, 1 << random.nextInt(8), heaviest));
            Map<Candidate, Long> untilTurn = new HashMap<>();
            candidates.forEach(each -> untilTurn.put(each, Turns.TURN / 2));
            Balancer balancer = new LeastConnections(candidates);
            balancer.recall(new Turns());
            for (int pick = 0; pick < 200; pick++) {
                Candidate changed = candidates.get(random.nextInt(candidates.size()));
                Consumer<Candidate> change = random.nextInt(3) == 0 ? context::bar : context::allow;
                change.accept(changed);
                List<Candidate> usable = candidates.stream().filter(context::isUsable).toList();
                List<Candidate> alike = usable.stream()
                        .filter(each -> usable.stream().noneMatch(other -> isLess(other, each))).toList();
                Candidate due = alike.stream().min(Comparator.comparing(untilTurn::get)).orElse(null);

                // when
                Candidate selected = balancer.select(context);

                // then
                assertThat(selected).as("seed %d, round %d, pick %d", seed, round, pick).isSameAs(due);
                alike.forEach(each -> untilTurn.merge(each, -Turns.TURN / alike.size(), Long::sum));
                if (due != null) {
                    untilTurn.merge(due, Turns.TURN / alike.size() * alike.size(), Long::sum);
                    Candidates.open(due, random.nextInt(3));
                }
                if (changed.endpoint().connections() > 0) {
                    changed.endpoint().close();
                }
            }
        }
    }

    @Test
    void candidatesThatAreAlikeTakeTurns() {
        Balancer balancer = new LeastConnections(Candidates.weighing(1, 1, 1));

        List<String> picked = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            picked.add(Objects.requireNonNull(balancer.select(context)).endpoint().name());
        }

        assertThat(picked).containsExactly("vip1", "vip2", "vip3", "vip1", "vip2", "vip3", "vip1");
    }

    @Test
    void connectionsThatStayOpenAreSharedAsTheWeights() {
        // given
        List<Candidate> candidates = Candidates.weighing(1, 2, 3);
        Balancer balancer = new LeastConnections(candidates);

        // when
        for (int i = 0; i < 600; i++) {
            Candidates.open(Objects.requireNonNull(balancer.select(context)), 1);
        }

        // then
        assertThat(candidates).extracting(candidate -> candidate.endpoint().connections()).containsExactly(100, 200,
                300);
    }

    @Test
    void aConnectionThatEndsMakesRoom() {
        // given
        List<Candidate> candidates = Candidates.weighing(1, 1);
        candidates.forEach(candidate -> Candidates.open(candidate, 10));
        Balancer balancer = new LeastConnections(candidates);

        // when
        candidates.get(1).endpoint().close();

        // then
        assertThat(balancer.select(context)).isSameAs(candidates.get(1));
        assertThat(balancer.select(context)).isSameAs(candidates.get(1));
    }

    @Test
    void hugeCountsDoNotOverflow() {
        List<Candidate> candidates = Candidates.weighing(256, 1);

        assertThat(Load.compare(candidates.get(0), Integer.MAX_VALUE, candidates.get(1), Integer.MAX_VALUE))
                .isNegative();
        assertThat(Load.compare(candidates.get(1), Integer.MAX_VALUE, candidates.get(0), 0)).isPositive();
        assertThat(Load.compare(candidates.get(0), 511, candidates.get(1), 1)).isZero();
    }
}
