package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vipgate.pool.AdminState;
import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TieredBalancerTest {
    private static final EndpointState PRIMARY = EndpointState.initial(1, false).toHealth(Health.UP);
    private static final EndpointState BACKUP = EndpointState.initial(1, true).toHealth(Health.UP);

    private final FakeSelectionContext context = new FakeSelectionContext(0);

    private static PoolSnapshot snapshot(boolean tryDown, EndpointState... states) {
        List<PoolSnapshot.Member> members = new ArrayList<>();
        for (EndpointState state : states) {
            members.add(new PoolSnapshot.Member(Candidates.endpoint("vip" + (members.size() + 1)), state));
        }
        return new PoolSnapshot(members, tryDown);
    }

    private static void bar(FakeSelectionContext context, PoolSnapshot snapshot, int member) {
        context.bar(new Candidate(snapshot.members().get(member).endpoint(), member, 1));
    }

    private int pick(TieredBalancer balancer) {
        return Objects.requireNonNull(balancer.select(context)).position();
    }

    @Test
    void backupsServeOnlyWhenNoPrimaryCan() {
        // given
        PoolSnapshot snapshot = snapshot(true, BACKUP, PRIMARY, PRIMARY, BACKUP);
        TieredBalancer balancer = new TieredBalancer(snapshot, WeightedRandom::new, new Turns());

        // then
        for (int i = 0; i < 200; i++) {
            assertThat(pick(balancer)).isIn(1, 2);
        }
        bar(context, snapshot, 1);
        for (int i = 0; i < 200; i++) {
            assertThat(pick(balancer)).isEqualTo(2);
        }
        bar(context, snapshot, 2);
        for (int i = 0; i < 200; i++) {
            assertThat(pick(balancer)).isIn(0, 3);
        }
    }

    @Test
    void downEndpointsAreTriedLast() {
        // given
        PoolSnapshot snapshot = snapshot(true, PRIMARY.toHealth(Health.DOWN), BACKUP, BACKUP.toHealth(Health.DOWN));
        TieredBalancer balancer = new TieredBalancer(snapshot, RoundRobin::new, new Turns());

        // then
        assertThat(pick(balancer)).isEqualTo(1);
        bar(context, snapshot, 1);
        assertThat(pick(balancer)).isEqualTo(0);
        bar(context, snapshot, 0);
        assertThat(pick(balancer)).isEqualTo(2);
        bar(context, snapshot, 2);
        assertThat(balancer.select(context)).isNull();
    }

    @Test
    void theLastAttemptGoesToABackupBeforePrimariesWhereBothAreDown() {
        PoolSnapshot snapshot = snapshot(true, PRIMARY.toHealth(Health.DOWN), BACKUP.toHealth(Health.DOWN), PRIMARY,
                PRIMARY.toHealth(Health.DOWN));
        TieredBalancer balancer = new TieredBalancer(snapshot, RoundRobin::new, new Turns());

        assertThat(pickLast(balancer)).as("who is up comes first").isEqualTo(2);
        bar(context, snapshot, 2);
        assertThat(pick(balancer)).as("not the last attempt").isIn(0, 3);
        assertThat(pickLast(balancer)).isEqualTo(1);
        bar(context, snapshot, 1);
        assertThat(pickLast(balancer)).as("no backup is left").isIn(0, 3);
    }

    @Test
    void theLastAttemptIsLikeAnyOtherWhereNoBackupIsDown() {
        PoolSnapshot snapshot = snapshot(true, PRIMARY.toHealth(Health.DOWN), BACKUP);
        TieredBalancer balancer = new TieredBalancer(snapshot, RoundRobin::new, new Turns());

        assertThat(pickLast(balancer)).isEqualTo(1);
        bar(context, snapshot, 1);
        assertThat(pickLast(balancer)).isEqualTo(0);
        assertThat(new TieredBalancer(snapshot(false, PRIMARY.toHealth(Health.DOWN), BACKUP.toHealth(Health.DOWN)),
                RoundRobin::new, new Turns()).selectLast(context)).as("onNoHealthy: reject").isNull();
    }

    private int pickLast(TieredBalancer balancer) {
        return Objects.requireNonNull(balancer.selectLast(context)).position();
    }

    @Test
    void nobodyIsPickedWhenTheSnapshotHasNobody() {
        PoolSnapshot snapshot = snapshot(false, PRIMARY.toHealth(Health.DOWN), PRIMARY.toAdmin(AdminState.DRAIN, 0),
                PRIMARY.toAdmin(AdminState.MAINT, 0), PRIMARY.toWeight(0, 0));

        assertThat(new TieredBalancer(snapshot, LeastConnections::new, new Turns()).select(context)).isNull();
    }

    // ---- from one snapshot to the next ----

    private static PoolSnapshot.Member member(Endpoint endpoint, int weight, boolean isUp) {
        EndpointState state = EndpointState.initial(weight, false).toHealth(isUp ? Health.UP : Health.DOWN);
        return new PoolSnapshot.Member(endpoint, state);
    }

    /** Shares of four endpoints of which the last flaps, each snapshot with balancers of its own. */
    private int[] sharesWhileOneFlaps(BalancerFactory factory, int picks, RandomGenerator random, int... weights) {
        List<Endpoint> endpoints = List.of(Candidates.endpoint("a"), Candidates.endpoint("b"),
                Candidates.endpoint("c"), Candidates.endpoint("d"));
        int[] shares = new int[endpoints.size()];
        Turns turns = new Turns();
        boolean isUp = true;
        for (int done = 0; done < picks;) {
            List<PoolSnapshot.Member> members = new ArrayList<>();
            for (int i = 0; i < endpoints.size(); i++) {
                members.add(member(endpoints.get(i), weights[i], i < 3 || isUp));
            }
            TieredBalancer balancer = new TieredBalancer(new PoolSnapshot(members, false), factory, turns);
            for (int i = random.nextInt(4); i > 0; i--) {
                shares[pick(balancer)]++;
                done++;
            }
            balancer.remember(turns);
            isUp = !isUp;
        }
        return shares;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void sharesStayFairWhileOneOfFourFlaps(long seed) {
        int[] equal = sharesWhileOneFlaps(RoundRobin::new, 9_000, new SplittableRandom(seed), 1, 1, 1, 1);
        int[] weighted = sharesWhileOneFlaps(RoundRobin::new, 9_000, new SplittableRandom(seed), 3, 2, 1, 1);
        int[] leastConnections = sharesWhileOneFlaps(LeastConnections::new, 9_000, new SplittableRandom(seed), 1, 1,
                1, 1);

        assertThat(Math.abs(equal[0] - equal[1])).isLessThan(3);
        assertThat(Math.abs(equal[0] - equal[2])).isLessThan(3);
        assertThat((double) equal[3] / equal[0]).as("there half of the time").isBetween(0.33, 0.55);
        assertThat((double) weighted[0] / weighted[2]).isBetween(2.95, 3.05);
        assertThat((double) weighted[1] / weighted[2]).isBetween(1.95, 2.05);
        assertThat((double) leastConnections[1] / leastConnections[0]).isBetween(0.9, 1.1);
        assertThat((double) leastConnections[2] / leastConnections[0]).isBetween(0.9, 1.1);
    }

    @Test
    void whoComesBackAfterALongTimeHasNothingToCatchUpOn() {
        List<Endpoint> endpoints = List.of(Candidates.endpoint("a"), Candidates.endpoint("b"));
        Turns turns = new Turns();
        for (boolean isUp : new boolean[]{true, false, true}) {
            TieredBalancer balancer = new TieredBalancer(new PoolSnapshot(
                    List.of(member(endpoints.get(0), 2, true), member(endpoints.get(1), 1, isUp)), false),
                    RoundRobin::new, turns);
            int ofTheSecond = 0;
            for (int i = 0; i < 3_000; i++) {
                int picked = pick(balancer);
                ofTheSecond += picked;
                assertThat(ofTheSecond).as("pick %d", i).isBetween(isUp ? i / 3 - 1 : 0, isUp ? i / 3 + 2 : 0);
            }
            balancer.remember(turns);
        }
    }

    @Test
    void anotherOrderAndAnotherWeightAreNoNewBeginning() {
        Endpoint a = Candidates.endpoint("a");
        Endpoint b = Candidates.endpoint("b");
        Turns turns = new Turns();
        int ofA = 0;
        for (int i = 0; i < 3_000; i++) {
            // The heavier and the first in the file would win each time if turns began anew.
            List<PoolSnapshot.Member> members = i % 2 == 0
                    ? List.of(member(a, 101, true), member(b, 100, true))
                    : List.of(member(b, 99, true), member(a, 100, true));
            TieredBalancer balancer = new TieredBalancer(new PoolSnapshot(members, false), RoundRobin::new, turns);
            ofA += members.get(pick(balancer)).endpoint().equals(a) ? 1 : 0;
            balancer.remember(turns);
        }
        assertThat(ofA).isBetween(1_480, 1_530);
    }

    private static List<BalancerFactory> rulesWithTurns() {
        return List.of(RoundRobin::new, LeastConnections::new);
    }

    /** Picks once, from a snapshot of its own. */
    private Endpoint pickOnce(BalancerFactory factory, Turns turns, PoolSnapshot snapshot) {
        TieredBalancer balancer = new TieredBalancer(snapshot, factory, turns);
        Endpoint picked = Objects.requireNonNull(balancer.select(context)).endpoint();
        balancer.remember(turns);
        turns.retain(snapshot.members().stream().map(PoolSnapshot.Member::endpoint).toList());
        return picked;
    }

    @ParameterizedTest
    @MethodSource("rulesWithTurns")
    void whoComesAndGoesHasItsShareOfTheTimeThatItIsThere(BalancerFactory factory) {
        RandomGenerator random = new SplittableRandom(7);
        List<Endpoint> endpoints = List.of(Candidates.endpoint("a"), Candidates.endpoint("b"),
                Candidates.endpoint("c"), Candidates.endpoint("d"));
        for (int stay = 1; stay <= 3; stay++) {
            Turns turns = new Turns();
            double due = 0;
            int had = 0;
            for (int i = 0; i < 12_000; i++) {
                boolean isThere = stay == 3 ? random.nextBoolean() : i / stay % 2 == 0;
                List<PoolSnapshot.Member> members = endpoints.stream()
                        .map(each -> member(each, 1, isThere || !each.name().equals("d"))).toList();
                due += isThere ? 0.25 : 0;
                had += pickOnce(factory, turns, new PoolSnapshot(members, false)).name().equals("d") ? 1 : 0;
            }
            assertThat(had).as("stay %d", stay).isCloseTo((int) due, within(2));
        }
    }

    @ParameterizedTest
    @MethodSource("rulesWithTurns")
    void endpointsInAnotherOrderKeepTheirShares(BalancerFactory factory) {
        List<Endpoint> endpoints = new ArrayList<>(List.of(Candidates.endpoint("a"), Candidates.endpoint("b"),
                Candidates.endpoint("c"), Candidates.endpoint("d")));
        Turns turns = new Turns();
        Map<String, Integer> shares = new TreeMap<>();
        for (int i = 0; i < 24; i++) {
            List<PoolSnapshot.Member> members = endpoints.stream().map(each -> member(each, 1, true)).toList();
            shares.merge(pickOnce(factory, turns, new PoolSnapshot(members, false)).name(), 1, Integer::sum);
            Collections.rotate(endpoints, 1);
        }
        assertThat(shares).isEqualTo(Map.of("a", 6, "b", 6, "c", 6, "d", 6));
    }

    @ParameterizedTest
    @MethodSource("rulesWithTurns")
    void whoIsAnotherEachTimeItComesBackSkewsNoShares(BalancerFactory factory) {
        List<Endpoint> others = List.of(Candidates.endpoint("a"), Candidates.endpoint("c"), Candidates.endpoint("d"));
        Turns turns = new Turns();
        Map<String, Integer> shares = new TreeMap<>();
        for (int i = 0; i < 1_200; i++) {
            // A name whose address changes, or an endpoint that was taken out and brought back: nobody remembers it.
            List<Endpoint> present = new ArrayList<>(others);
            if (i % 2 == 0) {
                present.add(1, Candidates.endpoint("b"));
            }
            List<PoolSnapshot.Member> members = present.stream().map(each -> member(each, 1, true)).toList();
            shares.merge(pickOnce(factory, turns, new PoolSnapshot(members, false)).name(), 1, Integer::sum);
        }
        assertThat(shares.get("c")).isCloseTo(shares.get("a"), within(2));
        assertThat(shares.get("d")).isCloseTo(shares.get("a"), within(2));
    }
}
