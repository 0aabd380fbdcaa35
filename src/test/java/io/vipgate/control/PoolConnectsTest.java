package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.Loaded;
import io.vipgate.config.PoolConfig;
import io.vipgate.eventloop.EventLoops;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.relay.ConnectBudget;
import io.vipgate.relay.HedgeRules;
import io.vipgate.relay.RelayLoop;
import io.vipgate.relay.RelayObserver;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a reload makes of how a pool connects. */
class PoolConnectsTest {
    private static final long MILLI = 1_000_000;

    private static PoolConfig pool(String connect) {
        String yaml = """
                listeners: { web: { bind: 203.0.113.1:80, pool: nginx } }
                pools:
                  nginx:
                    endpoints: { vip1: 192.168.1.100:80, vip2: 192.168.1.200:80 }
                    connect: %s
                """.formatted(connect);
        Loaded loaded = (Loaded) ConfigLoader.parse("test.yaml", yaml.getBytes(StandardCharsets.UTF_8), Map.of());
        return Objects.requireNonNull(loaded.config().pools().get("nginx"));
    }

    @Test
    void budgetsThatComeBackKnowNoClientsOfTheTimeBefore() {
        try (EventLoopSet loops = new EventLoopSet(EventLoops.one("test"),
                loop -> new RelayLoop(loop, new ConnectionLimit(10), 1, new RelayObserver() {
                }))) {
            PoolConnects connects = new PoolConnects("nginx", loops, pool("{ hedge: 80ms }"));
            ConnectBudget budget = Objects.requireNonNull(connects.hedge()).budget();
            budget.clients(5_000);
            assertThat(connects.configure(pool("{ hedge: auto }")).hedge()).isNotNull();
            assertThat(budget.most()).hasValue(500);

            assertThat(connects.configure(pool("{ hedge: 0s }")).hedge()).isNull();
            assertThat(connects.configure(pool("{ hedge: auto }")).hedge()).isNotNull();
            assertThat(budget.most()).hasValue(ConnectBudget.LEAST);
        }
    }

    @Test
    void loopsThatStillHedgeWhenThatIsTakenAwayWaitAsLongAsBefore() {
        try (EventLoopSet loops = new EventLoopSet(EventLoops.one("test"),
                loop -> new RelayLoop(loop, new ConnectionLimit(10), 1, new RelayObserver() {
                }))) {
            PoolConnects connects = new PoolConnects("nginx", loops, pool("{ hedge: 80ms }"));
            HedgeRules used = Objects.requireNonNull(connects.hedge());
            assertThat(used.delayNanos()).isEqualTo(80 * MILLI);

            assertThat(connects.configure(pool("{ hedge: 0s, retryBudget: 20 % }")).hedge()).isNull();
            assertThat(used.delayNanos()).isEqualTo(80 * MILLI);

            assertThat(connects.configure(pool("{ hedge: 30ms }")).hedge()).isSameAs(used);
            assertThat(used.delayNanos()).isEqualTo(30 * MILLI);
        }
    }
}
