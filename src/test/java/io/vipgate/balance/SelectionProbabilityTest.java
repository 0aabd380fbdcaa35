package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class SelectionProbabilityTest {
    private static final int DRAWS = 200_000;

    private final List<Candidate> candidates = new ArrayList<>();

    SelectionProbabilityTest() {
        int[] weights = {5, 1, 2, 4};
        int[] connections = {3, 0, 1, 2};
        for (int i = 0; i < weights.length; i++) {
            Endpoint endpoint = new Endpoint("e" + i, new InetSocketAddress(InetAddress.getLoopbackAddress(), 8000 + i),
                    0);
            for (int k = 0; k < connections[i]; k++) {
                assertThat(endpoint.tryOpen()).isTrue();
            }
            candidates.add(new Candidate(endpoint, i, weights[i], 1 + i % 2));
        }
    }

    private void assertForetells(BalancerFactory rule,
            BiFunction<List<Candidate>, Predicate<Endpoint>, double[]> probabilities) {
        Endpoint full = candidates.get(3).endpoint();
        for (Predicate<Endpoint> isUsable : List.<Predicate<Endpoint>>of(_ -> true, each -> !each.equals(full))) {
            double[] foretold = probabilities.apply(candidates, isUsable);
            int[] counts = new int[candidates.size()];
            Random random = new Random(7);
            Balancer balancer = rule.over(candidates);
            SelectionContext context = new SelectionContext() {
                @Override
                public boolean isUsable(Endpoint endpoint) {
                    return isUsable.test(endpoint);
                }

                @Override
                public long random() {
                    return random.nextLong();
                }

                @Override
                public long clientHigh() {
                    return 0;
                }

                @Override
                public long clientLow() {
                    return 1;
                }
            };
            for (int i = 0; i < DRAWS; i++) {
                Candidate selected = balancer.select(context);
                assertThat(selected).isNotNull();
                counts[selected == null ? 0 : selected.position()]++;
            }
            for (int i = 0; i < counts.length; i++) {
                assertThat(foretold[i]).as("candidate %d", i).isCloseTo((double) counts[i] / DRAWS, within(0.005));
            }
        }
    }

    @Test
    void oddsAreThoseOfTheRules() {
        assertForetells(BalancerFactory.random(), SelectionProbability::random);
        assertForetells(BalancerFactory.weightedRandom(), SelectionProbability::weighted);
        assertForetells(BalancerFactory.roundRobin(), SelectionProbability::weighted);
        assertForetells(BalancerFactory.powerOfTwo(), SelectionProbability::powerOfTwo);
        assertForetells(BalancerFactory.leastConnections(), SelectionProbability::leastConnections);
    }

    @Test
    void whereNoneCanBeUsedNoneHasAChance() {
        assertThat(SelectionProbability.random(candidates, _ -> false)).containsOnly(0);
        assertThat(SelectionProbability.powerOfTwo(candidates, _ -> false)).containsOnly(0);
        assertThat(SelectionProbability.leastConnections(candidates, _ -> false)).containsOnly(0);
        assertThat(SelectionProbability.weighted(List.of(), _ -> true)).isEmpty();
    }
}
