package io.vipgate.pool;

import static org.assertj.core.api.Assertions.assertThat;

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
}
