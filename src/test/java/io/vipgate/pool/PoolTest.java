package io.vipgate.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PoolTest {
    private final PoolSnapshot first = new PoolSnapshot(List.of(), true);
    private final PoolSnapshot second = new PoolSnapshot(List.of(), false);

    @Test
    void aPublishedSnapshotReplacesTheOneBefore() {
        // given
        Pool pool = new Pool("nginx", first);
        PoolSnapshot held = pool.snapshot();

        // when
        pool.publish(second);

        // then who holds the old one keeps it
        assertThat(pool.snapshot()).isSameAs(second);
        assertThat(held).isSameAs(first);
        assertThat(pool.name()).isEqualTo("nginx");
    }

    @Test
    void otherThreadsSeeWhatWasPublished() {
        // given a thread that waits for the second snapshot
        Pool pool = new Pool("nginx", first);
        CompletableFuture<PoolSnapshot> seen = CompletableFuture.supplyAsync(() -> {
            while (pool.snapshot() == first) {
                Thread.onSpinWait();
            }
            return pool.snapshot();
        });

        // when
        pool.publish(second);

        // then
        assertThat(seen.join()).isSameAs(second);
    }

    private static PoolSnapshot of(Health... health) {
        List<PoolSnapshot.Member> members = new ArrayList<>();
        for (int i = 0; i < health.length; i++) {
            members.add(new PoolSnapshot.Member(
                    new Endpoint("vip" + i, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80 + i), i),
                    EndpointState.initial(1, false).toHealth(health[i])));
        }
        return new PoolSnapshot(members, true);
    }

    @Test
    void anOutageLastsFromTheLastEndpointThatFellToTheFirstThatIsBack() {
        Pool pool = new Pool("nginx", of(Health.UNKNOWN, Health.DOWN));
        assertThat(pool.noneUpSince()).isEmpty();

        long before = System.nanoTime();
        pool.publish(of(Health.DOWN, Health.DOWN));
        long since = pool.noneUpSince().orElseThrow();
        pool.publish(of(Health.DOWN, Health.DOWN, Health.DOWN));

        assertThat(since - before).isBetween(0L, System.nanoTime() - before);
        assertThat(pool.noneUpSince()).as("other snapshots of the same outage").hasValue(since);

        pool.publish(of(Health.DOWN, Health.UP));
        assertThat(pool.noneUpSince()).isEmpty();
    }
}
