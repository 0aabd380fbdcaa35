package io.vipgate.control;

import io.vipgate.config.ConnectConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.counters.BucketBounds;
import io.vipgate.counters.Histogram;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.relay.ConnectBudget;
import io.vipgate.relay.ConnectRules;
import io.vipgate.relay.ConnectSample;
import io.vipgate.relay.HedgeRules;
import io.vipgate.relay.LoopPool;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The bounds on how one pool connects, and what they follow from: once a second the loops are asked for their counts, and
 * nobody waits for the answers, which count a second later. A pool without hedges and budgets asks nothing.
 *
 * <p>Thread-safe: the control thread configures, the timer samples.
 */
final class PoolConnects {
    private static final double PERCENTILE = 0.99;
    private static final int TIMES = 4;

    private final String pool;
    private final EventLoopSet loops;
    private final AtomicReferenceArray<@Nullable ConnectSample> answers;
    private final ConnectBudget hedgeBudget = new ConnectBudget(1);
    private final ConnectBudget retryBudget = new ConnectBudget(1);
    private final HedgeRules hedge = new HedgeRules(HedgeRules.MAX_AUTO_NANOS, hedgeBudget);
    /** Clients until each of the last samples, by its number. */
    private final long[] clients = new long[ConnectBudget.SECONDS + 1];
    private RecentConnectTimes times = new RecentConnectTimes();
    private long samples;
    private volatile ConnectConfig config;
    private volatile ConnectRules rules = ConnectRules.NONE;

    PoolConnects(String pool, EventLoopSet loops, PoolConfig first) {
        this.pool = pool;
        this.loops = loops;
        config = first.connect();
        answers = new AtomicReferenceArray<>(loops.count());
        configure(first);
    }

    /** Works by another configuration from now on. What is used up stays so. */
    synchronized ConnectRules configure(PoolConfig next) {
        config = next.connect();
        hedgeBudget.share(config.hedgeBudget());
        retryBudget.share(config.retryBudget());
        updateDelay();
        boolean wasSampled = isSampled();
        rules = new ConnectRules(config.hedge().isOn() ? hedge : null, config.boundsRetries() ? retryBudget : null,
                next.maxConnecting());
        if (isSampled() && !wasSampled) {
            times = new RecentConnectTimes();
            samples = 0;
            hedgeBudget.clients(0);
            retryBudget.clients(0);
            for (int i = 0; i < answers.length(); i++) {
                answers.set(i, null);
            }
        }
        return rules;
    }

    ConnectRules rules() {
        return rules;
    }

    /** A second has passed. On the timer's thread. */
    void sample() {
        if (!isSampled()) {
            return;
        }
        take();
        loops.tell(context -> {
            LoopPool view = context.pools().get(pool);
            if (view != null) {
                answers.set(context.number(), ConnectSample.of(view));
            }
        });
    }

    private boolean isSampled() {
        return rules.hedge() != null || rules.retryBudget() != null;
    }

    private synchronized void take() {
        ConnectSample sum = new ConnectSample(0, new Histogram(BucketBounds.ROUND_TRIPS));
        for (int i = 0; i < answers.length(); i++) {
            ConnectSample answer = answers.get(i);
            if (answer == null) {
                return;
            }
            sum = sum.plus(answer);
        }
        if (samples == 0) {
            Arrays.fill(clients, sum.clients());
        }
        times.add(sum.times());
        clients[(int) (samples % clients.length)] = sum.clients();
        samples++;
        // The next to be replaced is the eldest.
        long lately = sum.clients() - clients[(int) (samples % clients.length)];
        hedgeBudget.clients(lately);
        retryBudget.clients(lately);
        updateDelay();
    }

    /** Loops that have not heard yet that there are no more hedges go on with the last delay. */
    private void updateDelay() {
        if (config.hedge().isOn()) {
            hedge.delay(delay());
        }
    }

    private long delay() {
        if (!config.hedge().isAuto()) {
            return config.hedge().fixed().toNanos();
        }
        long percentile = times.quantile(PERCENTILE);
        long most = Math.min(HedgeRules.MAX_AUTO_NANOS, config.timeout().toNanos() / 2);
        return Math.min(most, percentile >= most ? most : Math.max(HedgeRules.MIN_AUTO_NANOS, TIMES * percentile));
    }

    /** When a second connect begins beside a slow one, and how many may; null when none does. */
    @Nullable
    HedgeRules hedge() {
        return rules.hedge();
    }
}
