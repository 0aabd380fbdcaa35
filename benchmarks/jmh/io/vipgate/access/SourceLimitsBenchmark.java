package io.vipgate.access;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What do limits per source cost a connection: its entry, and its end, with one limit and with all of them?
 *
 * <p>{@code benchmarks/jmh/run SourceLimitsBenchmark -prof gc}, with {@code -t 2} for two event loops at once
 *
 * <p>Sources come in turn, from few or from many more than the table of rates has room for. None is refused: limits are as
 * high as they can be.
 *
 * <p>Bad answers: more than 1 % of the processor time of a short connection for a rate, which is 400 ns where that takes
 * 40 µs; any allocation for a rate alone; more than 200 bytes for a
 * source that has none open.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SourceLimitsBenchmark {
    /** Which limits there are. */
    public enum Limited {
        RATE, CONNECTIONS, ALL
    }

    @Param
    Limited limited = Limited.ALL;
    @Param({"1000", "1000000"})
    int sources;

    private SourceLimits limits;

    @Setup
    public void make() {
        int most = limited == Limited.RATE ? 0 : 1_000;
        int rate = limited == Limited.CONNECTIONS ? 0 : SourceRules.MAX_RATE;
        SourceRules.Around around = limited == Limited.ALL
                ? new SourceRules.Around(24, 48, SourceRules.Around.MAX_FACTOR)
                : SourceRules.Around.OFF;
        limits = new SourceLimits(new SourceRules(32, 64, most, rate, 2 * rate, around, List.of(), 100_000, false));
    }

    /** What an event loop has of its own. */
    @State(Scope.Thread)
    public static class Loop {
        private final SourceDecision decision = new SourceDecision();
        private int next = (int) Thread.currentThread().threadId() * 7919;
    }

    /** A connection begins and ends. */
    @Benchmark
    public Refusal enterAndRelease(Loop loop) {
        loop.next++;
        int source = Math.floorMod(loop.next, sources);
        limits.enter(0x2001_0db8_0000_0000L + source, 1, System.nanoTime(), loop.decision);
        SourceHold hold = loop.decision.hold();
        if (hold != null) {
            hold.release();
        }
        return loop.decision.refusal();
    }
}
