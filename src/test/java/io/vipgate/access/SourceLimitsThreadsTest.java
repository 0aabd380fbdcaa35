package io.vipgate.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.vipgate.it.fixture.Tasks;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Limits that all event loops share: several threads at once, and a million sources. */
class SourceLimitsThreadsTest {
    private static final int THREADS = 4;
    private static final SourceRules.Around AROUND = new SourceRules.Around(24, 48, 4);

    private static SourceRules rules(int maxConnections, int newPerSecond, int burst, SourceRules.Around around) {
        return SourceLimitsTest.rules(maxConnections, newPerSecond, burst, around, false);
    }

    private static long ipv4(int network, int host) {
        return Prefix.MAPPED | 0xc633_0000L | ((long) network << 8) | host;
    }

    @Test
    void neverAreMoreOpenThanThereMayBeAndAtTheEndThereAreNone() throws Exception {
        int most = 5;
        SourceLimits limits = new SourceLimits(rules(most, 0, 0, AROUND));
        AtomicIntegerArray open = new AtomicIntegerArray(256);
        AtomicIntegerArray openAround = new AtomicIntegerArray(8);
        AtomicInteger tooMany = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        try (Tasks tasks = new Tasks()) {
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(thread);
                tasks.start(() -> {
                    SourceDecision decision = new SourceDecision();
                    Deque<Runnable> held = new ArrayDeque<>();
                    for (int i = 0; i < 100_000; i++) {
                        int network = random.nextInt(8);
                        int host = random.nextInt(32);
                        limits.enter(0, ipv4(network, host), 0, decision);
                        SourceHold hold = decision.hold();
                        if (hold == null) {
                            refused.incrementAndGet();
                        } else {
                            tooMany.addAndGet(open.incrementAndGet(network * 32 + host) > most ? 1 : 0);
                            tooMany.addAndGet(openAround.incrementAndGet(network) > 4 * most ? 1 : 0);
                            held.add(() -> {
                                open.decrementAndGet(network * 32 + host);
                                openAround.decrementAndGet(network);
                                hold.release();
                            });
                        }
                        while (held.size() > random.nextInt(60)) {
                            held.remove().run();
                        }
                    }
                    held.forEach(Runnable::run);
                });
            }
            tasks.join(Duration.ofSeconds(60));
        }

        assertThat(tooMany).hasValue(0);
        assertThat(refused.get()).isPositive();
        assertThat(limits.top(1_000, 0).stream().filter(use -> use.open() > 0)).isEmpty();
    }

    @Test
    void allThreadsTogetherTakeWhatIsInABucket() throws Exception {
        int burst = 20_000;
        SourceLimits limits = new SourceLimits(rules(0, 10_000, burst, SourceRules.Around.OFF));
        limits.enter(0, ipv4(0, 1), 0, new SourceDecision());
        AtomicInteger admitted = new AtomicInteger(1);
        try (Tasks tasks = new Tasks()) {
            for (int thread = 0; thread < THREADS; thread++) {
                tasks.start(() -> {
                    SourceDecision decision = new SourceDecision();
                    for (int i = 0; i < burst; i++) {
                        limits.enter(0, ipv4(0, 1), 0, decision);
                        admitted.addAndGet(decision.refusal() == Refusal.NONE ? 1 : 0);
                    }
                });
            }
            tasks.join(Duration.ofSeconds(60));
        }

        assertThat(admitted).hasValue(burst);
    }

    @Test
    void newcomersThatSeveralThreadsBringAtOnceHaveOneBucket() throws Exception {
        int sources = 2_000;
        SourceLimits limits = new SourceLimits(
                new SourceRules(32, 64, 0, 1, 10, SourceRules.Around.OFF, List.of(), 100_000, false));
        AtomicIntegerArray admitted = new AtomicIntegerArray(sources);
        try (Tasks tasks = new Tasks()) {
            for (int thread = 0; thread < THREADS; thread++) {
                tasks.start(() -> {
                    SourceDecision decision = new SourceDecision();
                    for (int i = 0; i < 20 * sources; i++) {
                        limits.enter(0x2001_0db8_0000_0000L + i / 20, 1, 0, decision);
                        admitted.addAndGet(i / 20, decision.refusal() == Refusal.NONE ? 1 : 0);
                    }
                });
            }
            tasks.join(Duration.ofSeconds(60));
        }

        List<Integer> counts = new ArrayList<>();
        for (int i = 0; i < sources; i++) {
            counts.add(admitted.get(i));
        }
        // A second bucket, of a thread that was held up in the one instant that matters, holds as many.
        assertThat(counts).allSatisfy(count -> assertThat(count).isBetween(10, 20));
        assertThat(counts.stream().filter(count -> count == 10).count()).isGreaterThan(sources * 9L / 10);
    }

    /** Ten connections a second of one source that may make one, and has one open already; a million others come once. */
    @Test
    void aMillionStrangersLeaveTheOneOverItsLimitLimitedAndTakeNoMemory() {
        SourceLimits limits = new SourceLimits(
                new SourceRules(32, 64, 0, 1, 2, SourceRules.Around.OFF, List.of(), 100_000, false));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SourceDecision decision = new SourceDecision();
        int admitted = 0;
        int refusedStrangers = 0;
        enterOnce(limits, decision);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1_000_000; i++) {
            long now = i * 20_000L;
            limits.enter(0x2001_0db8_0000_0000L + i, 1, now, decision);
            refusedStrangers += decision.refusal() == Refusal.NONE ? 0 : 1;
            if (i % 5_000 == 0) {
                limits.enter(0, ipv4(0, 1), now, decision);
                admitted += decision.refusal() == Refusal.NONE ? 1 : 0;
            }
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        // 20 seconds, 200 tries; a bucket with a token in it may be forgotten, and is full then.
        assertThat(admitted).isBetween(20, 30);
        assertThat(refusedStrangers).isZero();
        // Until it is compiled each connection makes a hash's state.
        assertThat(allocated).isLessThan(50_000_000);
        assertThat(limits.top(10, 20_000_000_000L)).singleElement()
                .satisfies(use -> assertThat(use.source()).hasToString("198.51.0.1"))
                .satisfies(use -> assertThat(use.refused()).isGreaterThanOrEqualTo(170));
    }

    private static void enterOnce(SourceLimits limits, SourceDecision decision) {
        limits.enter(0x2001_0db8_ffff_0000L, 1, 0, decision);
    }

    @Test
    void aMillionOpenAtOnceLeaveNothingBehind() {
        SourceLimits limits = new SourceLimits(rules(10, 0, 0, SourceRules.Around.OFF));
        SourceDecision decision = new SourceDecision();
        for (int round = 0; round < 10; round++) {
            List<SourceHold> holds = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                limits.enter(0x2001_0db8_0000_0000L + i, 1, 0, decision);
                SourceHold hold = decision.hold();
                assertThat(hold).isNotNull();
                holds.add(hold);
            }
            holds.forEach(SourceHold::release);
        }

        assertThat(limits.top(10, 0)).isEmpty();
    }
}
