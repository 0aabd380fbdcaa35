package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vipgate.pool.Candidate;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.PoolSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for all rules alike. */
class EveryRuleTest {
    private static final long SEED = 20_260_101;
    private static final int DRAWS = 200_000;

    enum Rule {
        RANDOM(UniformRandom::new), WEIGHTED_RANDOM(WeightedRandom::new), POWER_OF_TWO(PowerOfTwo::new), ROUND_ROBIN(
                RoundRobin::new),
        LEAST_CONNECTIONS(LeastConnections::new), SOURCE_HASH(SourceHash.keyedBy("", 32, 64)), FIRST(First::new);

        @SuppressWarnings("ImmutableEnumChecker") // the factories have no state
        private final BalancerFactory factory;

        Rule(BalancerFactory factory) {
            this.factory = factory;
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingUsableGivesNull(Rule rule) {
        // given
        List<Candidate> candidates = Candidates.weighing(3, 1, 256);
        FakeSelectionContext context = new FakeSelectionContext(SEED);
        Balancer balancer = rule.factory.over(candidates);
        candidates.forEach(context::bar);

        // then
        for (int i = 0; i < 20; i++) {
            assertThat(balancer.select(context)).isNull();
        }

        // when one comes back, it is picked
        context.allow(candidates.get(1));
        assertThat(balancer.select(context)).isSameAs(candidates.get(1));
    }

    @ParameterizedTest
    @EnumSource
    void onlyUsableCandidatesAreEverPicked(Rule rule) {
        RandomGenerator random = new SplittableRandom(SEED);
        for (int round = 0; round < 60; round++) {
            // given
            List<Candidate> candidates = Candidates
                    .weighing(Candidates.randomWeights(random, random.nextInt(1, 12), 256));
            Balancer balancer = rule.factory.over(candidates);
            FakeSelectionContext context = new FakeSelectionContext(random.nextLong());
            for (int pick = 0; pick < 200; pick++) {
                candidates.forEach(candidate -> {
                    if (random.nextInt(3) == 0) {
                        context.allow(candidate);
                    } else {
                        context.bar(candidate);
                    }
                });
                context.client(random.nextLong(), random.nextLong());

                // when
                Candidate selected = balancer.select(context);

                // then
                if (selected == null) {
                    assertThat(candidates).as("seed %d, round %d", SEED, round).noneMatch(context::isUsable);
                } else {
                    assertThat(context.isUsable(selected)).as("seed %d, round %d, %s", SEED, round, selected).isTrue();
                    assertThat(candidates).contains(selected);
                    if (random.nextBoolean()) {
                        Candidates.open(selected, 1);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCandidateIsPickedSoonerOrLater(Rule rule) {
        // given
        RandomGenerator random = new SplittableRandom(SEED);
        List<Candidate> candidates = Candidates.weighing(1, 2, 3, 4);
        Balancer balancer = rule.factory.over(candidates);
        FakeSelectionContext context = new FakeSelectionContext(SEED);
        List<Candidate> picked = new ArrayList<>();

        // when each is full with 100 connections
        for (int i = 0; i < 400; i++) {
            Candidate selected = Objects.requireNonNull(
                    balancer.select(context.client(0, 0xffff_0000_0000L | random.nextLong(1L << 32))));
            Candidates.open(selected, 1);
            picked.add(selected);
            if (selected.endpoint().connections() == 100) {
                context.bar(selected);
            }
        }

        // then
        assertThat(picked).contains(candidates.toArray(Candidate[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void weightZeroTakesNothing(Rule rule) {
        // given
        List<PoolSnapshot.Member> members = List.of(
                new PoolSnapshot.Member(Candidates.endpoint("resting"), EndpointState.initial(0, false)),
                new PoolSnapshot.Member(Candidates.endpoint("working"), EndpointState.initial(1, false)));
        TieredBalancer balancer = new TieredBalancer(new PoolSnapshot(members, true), rule.factory, new Turns());
        FakeSelectionContext context = new FakeSelectionContext(SEED);

        for (int i = 0; i < 300; i++) {
            // when
            Candidate selected = balancer.select(context.client(0, 0xffff_0000_0000L + i));

            // then
            assertThat(Objects.requireNonNull(selected).endpoint().name()).isEqualTo("working");
        }
        context.bar(new Candidate(members.get(1).endpoint(), 1, 1));
        assertThat(balancer.select(context)).isNull();
    }

    // ---- what a rule tells operators ----

    /** Weights, shares and connections all differ. */
    private static List<Candidate> differing() {
        int[] weights = {5, 1, 2, 4};
        int[] connections = {3, 0, 1, 2};
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            candidates.add(new Candidate(Candidates.endpoint("e" + i), i, weights[i], 1 + i % 2));
            Candidates.open(candidates.get(i), connections[i]);
        }
        return candidates;
    }

    @ParameterizedTest
    @EnumSource
    void probabilitiesForetellThePicks(Rule rule) {
        List<Candidate> candidates = differing();
        FakeSelectionContext context = new FakeSelectionContext(SEED).client(0, 1);
        for (int round = 0; round < 2; round++) {
            // given all of them, then all but the last
            if (round == 1) {
                context.bar(candidates.getLast());
            }
            Balancer balancer = rule.factory.over(candidates);

            // when
            double[] foretold = balancer.probabilities(context);

            // then
            int[] counts = new int[candidates.size()];
            for (int i = 0; i < DRAWS; i++) {
                counts[Objects.requireNonNull(balancer.select(context)).position()]++;
            }
            for (int i = 0; i < counts.length; i++) {
                assertThat(foretold[i]).as("round %d, candidate %d", round, i).isCloseTo((double) counts[i] / DRAWS,
                        within(0.005));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void askingForProbabilitiesChangesNoPick(Rule rule) {
        // given
        List<Candidate> candidates = Candidates.weighing(3, 1, 2);
        Balancer asked = rule.factory.over(candidates);
        Balancer left = rule.factory.over(candidates);
        FakeSelectionContext one = new FakeSelectionContext(SEED);
        FakeSelectionContext other = new FakeSelectionContext(SEED);
        for (int i = 0; i < 50; i++) {
            // when
            assertThat(asked.probabilities(one)).hasSize(3);

            // then
            assertThat(asked.select(one)).isSameAs(left.select(other));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whereNoneCanBeUsedNoneHasAChance(Rule rule) {
        List<Candidate> candidates = differing();
        FakeSelectionContext context = new FakeSelectionContext(SEED);
        candidates.forEach(context::bar);

        assertThat(rule.factory.over(candidates).probabilities(context)).hasSize(4).containsOnly(0);
    }

    @ParameterizedTest
    @EnumSource
    void everyRuleHasItsReason(Rule rule) {
        Balancer balancer = rule.factory.over(Candidates.weighing(1));

        assertThat(balancer.reason(true)).isNotBlank();
        assertThat(balancer.reason(false)).isNotBlank();
    }
}
