package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstTest {
    private final FakeSelectionContext context = new FakeSelectionContext(0);

    private static Candidate pick(Balancer balancer, SelectionContext context) {
        return Objects.requireNonNull(balancer.select(context));
    }

    /** Candidates with these maxima, usable while they are not full. */
    private static List<Candidate> bounded(int... maxima) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < maxima.length; i++) {
            candidates.add(new Candidate(new Endpoint("vip" + (i + 1),
                    new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80), maxima[i]), i, 1));
        }
        return candidates;
    }

    /** Leaves out who is full, as a relay's choice does. */
    private void barFull(List<Candidate> candidates) {
        candidates.forEach(candidate -> {
            if (candidate.endpoint().isFull()) {
                context.bar(candidate);
            } else {
                context.allow(candidate);
            }
        });
    }

    @Test
    void theFirstTakesEverythingWhateverTheWeights() {
        List<Candidate> candidates = Candidates.weighing(1, 256, 100);
        Balancer balancer = new First(candidates);

        for (int i = 0; i < 100; i++) {
            assertThat(pick(balancer, context)).isSameAs(candidates.getFirst());
            Candidates.open(candidates.getFirst(), 1);
        }
    }

    @Test
    void aFullEndpointOverflowsIntoTheNext() {
        // given
        List<Candidate> candidates = bounded(2, 1, 3);
        Balancer balancer = new First(candidates);
        List<String> picked = new ArrayList<>();

        // when
        for (int i = 0; i < 6; i++) {
            barFull(candidates);
            Candidate selected = pick(balancer, context);
            Candidates.open(selected, 1);
            picked.add(selected.endpoint().name());
        }

        // then
        assertThat(picked).containsExactly("vip1", "vip1", "vip2", "vip3", "vip3", "vip3");
        barFull(candidates);
        assertThat(balancer.select(context)).as("all are full").isNull();
    }

    @Test
    void aPlaceThatIsFreeAgainIsTakenAtOnce() {
        // given
        List<Candidate> candidates = bounded(1, 1, 1);
        candidates.forEach(candidate -> Candidates.open(candidate, 1));
        Balancer balancer = new First(candidates);

        // when
        candidates.get(1).endpoint().close();
        barFull(candidates);

        // then
        assertThat(pick(balancer, context)).isSameAs(candidates.get(1));

        // when one further up has room too
        candidates.getFirst().endpoint().close();
        barFull(candidates);

        // then
        assertThat(pick(balancer, context)).isSameAs(candidates.getFirst());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void nobodyBeforeTheOneThatIsPickedCouldBeUsed(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            // given
            List<Candidate> candidates = Candidates
                    .weighing(Candidates.randomWeights(random, random.nextInt(1, 10), 256));
            candidates.forEach(candidate -> {
                if (random.nextBoolean()) {
                    context.bar(candidate);
                }
            });

            // when
            Candidate selected = new First(candidates).select(context);

            // then
            int position = selected == null ? candidates.size() : selected.position();
            assertThat(candidates.subList(0, position)).as("seed %d, round %d", seed, round)
                    .noneMatch(context::isUsable);
        }
    }

    @Test
    void healthAndWeightZeroComeBeforeTheOrder() {
        // given
        List<PoolSnapshot.Member> members = List.of(
                new PoolSnapshot.Member(Candidates.endpoint("down"),
                        EndpointState.initial(1, false).toHealth(Health.DOWN)),
                new PoolSnapshot.Member(Candidates.endpoint("resting"), EndpointState.initial(0, false)),
                new PoolSnapshot.Member(Candidates.endpoint("backup"), EndpointState.initial(1, true)),
                new PoolSnapshot.Member(Candidates.endpoint("working"), EndpointState.initial(1, false)));
        TieredBalancer balancer = new TieredBalancer(new PoolSnapshot(members, true), First::new, new Turns());
        List<String> picked = new ArrayList<>();

        // when each is full after one connection
        Candidate selected = balancer.select(context);
        while (selected != null) {
            picked.add(selected.endpoint().name());
            context.bar(selected);
            selected = balancer.select(context);
        }

        // then
        assertThat(picked).containsExactly("working", "backup", "down");
    }

    @Test
    void anOperatorIsToldTheOneForCertain() {
        // given
        List<Candidate> candidates = Candidates.weighing(5, 1, 1);
        Balancer balancer = new First(candidates);
        context.bar(candidates.getFirst());

        // then
        assertThat(balancer.probabilities(context)).containsExactly(0, 1, 0);
        assertThat(balancer.reason(true)).isEqualTo("the first in the order of the file that can be used");
    }
}
