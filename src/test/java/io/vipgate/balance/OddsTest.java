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

class OddsTest {
    private static final int DRAWS = 200_000;

    private final List<Candidate> candidates = new ArrayList<>();

    OddsTest() {
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
            BiFunction<List<Candidate>, Predicate<Endpoint>, double[]> odds) {
        Endpoint full = candidates.get(3).endpoint();
        for (Predicate<Endpoint> isUsable : List.<Predicate<Endpoint>>of(_ -> true, each -> !each.equals(full))) {
            double[] foretold = odds.apply(candidates, isUsable);
            int[] counts = new int[candidates.size()];
            Random random = new Random(7);
            Balancer balancer = rule.over(candidates);
            Choice choice = new Choice() {
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
                Candidate selected = balancer.select(choice);
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
        assertForetells(BalancerFactory.random(), Odds::random);
        assertForetells(BalancerFactory.weightedRandom(), Odds::weighted);
        assertForetells(BalancerFactory.roundRobin(), Odds::weighted);
        assertForetells(BalancerFactory.powerOfTwo(), Odds::powerOfTwo);
        assertForetells(BalancerFactory.leastConnections(), Odds::leastConnections);
    }

    @Test
    void whereNoneCanBeUsedNoneHasAChance() {
        assertThat(Odds.random(candidates, _ -> false)).containsOnly(0);
        assertThat(Odds.powerOfTwo(candidates, _ -> false)).containsOnly(0);
        assertThat(Odds.leastConnections(candidates, _ -> false)).containsOnly(0);
        assertThat(Odds.weighted(List.of(), _ -> true)).isEmpty();
    }
}
