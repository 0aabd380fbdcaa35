package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.AdminState;
import io.vipgate.pool.Candidate;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TieredBalancerTest {
    private static final EndpointState PRIMARY = EndpointState.initial(1, false).toHealth(Health.UP);
    private static final EndpointState BACKUP = EndpointState.initial(1, true).toHealth(Health.UP);

    private final FakeSelectionContext context = new FakeSelectionContext(0);

    private static PoolSnapshot snapshot(boolean tryDown, EndpointState... states) {
        List<PoolSnapshot.Member> members = new java.util.ArrayList<>();
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
        TieredBalancer balancer = new TieredBalancer(snapshot, WeightedRandom::new);

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
        TieredBalancer balancer = new TieredBalancer(snapshot, RoundRobin::new);

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
        TieredBalancer balancer = new TieredBalancer(snapshot, RoundRobin::new);

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
        TieredBalancer balancer = new TieredBalancer(snapshot, RoundRobin::new);

        assertThat(pickLast(balancer)).isEqualTo(1);
        bar(context, snapshot, 1);
        assertThat(pickLast(balancer)).isEqualTo(0);
        assertThat(new TieredBalancer(snapshot(false, PRIMARY.toHealth(Health.DOWN), BACKUP.toHealth(Health.DOWN)),
                RoundRobin::new).selectLast(context)).as("onNoHealthy: reject").isNull();
    }

    private int pickLast(TieredBalancer balancer) {
        return Objects.requireNonNull(balancer.selectLast(context)).position();
    }

    @Test
    void nobodyIsPickedWhenTheSnapshotHasNobody() {
        PoolSnapshot snapshot = snapshot(false, PRIMARY.toHealth(Health.DOWN), PRIMARY.toAdmin(AdminState.DRAIN, 0),
                PRIMARY.toAdmin(AdminState.MAINT, 0), PRIMARY.toWeight(0, 0));

        assertThat(new TieredBalancer(snapshot, LeastConnections::new).select(context)).isNull();
    }
}
