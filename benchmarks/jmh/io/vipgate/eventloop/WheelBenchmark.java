package io.vipgate.eventloop;

import io.vipgate.linux.SystemCalls;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * What do the bounds of relays cost: arming one timer, moving it, disarming it, and a tick of the wheel, while few or
 * many stand in it?
 *
 * <p>{@code benchmarks/jmh/run WheelBenchmark -prof gc}
 *
 * <p>Deadlines are 1 to 600 s away, as those of relays are, so that most timers go around several times; a timer that is
 * due is armed again, so that their number stays. A loop's clock of the benchmark's own makes ticks follow each other at once.
 *
 * <p>Bad answers: any allocation; more than 100 ns for arming, moving or disarming, which each relay does; times of these
 * that grow with the timers by more than what misses of the processor's caches explain; more than 50 µs for a tick with
 * 10,000 timers, which would be a thousandth of a processor.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class WheelBenchmark {
    private static final long SECOND = 1_000_000_000L;

    @Param({"10", "10000"})
    int armed;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Timer single = new Timer();
    private ManualLoop loop;
    private Wheel wheel;
    private Timer[] timers;
    private int fired;

    @Setup
    public void arm() {
        loop = new ManualLoop();
        wheel = new Wheel(loop);
        timers = new Timer[armed];
        for (int i = 0; i < armed; i++) {
            timers[i] = new Timer();
            wheel.arm(timers[i], deadline());
        }
    }

    private long deadline() {
        return loop.now() + SECOND + random.nextInt(599) * SECOND;
    }

    /** A relay begins, and ends. */
    @Benchmark
    public int armAndDisarm() {
        wheel.arm(single, deadline());
        wheel.disarm(single);
        return wheel.armed();
    }

    /** A relay's next bound is another one. */
    @Benchmark
    public int move() {
        wheel.arm(timers[random.nextInt(armed)], deadline());
        return wheel.armed();
    }

    /** One tick, with all timers whose slot it is. */
    @Benchmark
    public int tick() {
        loop.tick();
        return fired;
    }

    private final class Timer extends WheelTimer {
        private long due;

        @Override
        protected long onTimer(long now) {
            if (now >= due) {
                due = deadline();
                fired++;
            }
            return due;
        }
    }

    /** Nothing but a clock, and the one task that a wheel schedules. */
    private static final class ManualLoop implements EventLoop {
        private long clock = SECOND;
        private @Nullable Runnable scheduled;
        private long due;

        void tick() {
            Runnable task = scheduled;
            if (task == null) {
                throw new IllegalStateException("the wheel stands still");
            }
            scheduled = null;
            clock = due;
            task.run();
        }

        @Override
        public boolean inEventLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            scheduled = task;
            due = clock + delayNanos;
        }

        @Override
        public Future<?> scheduleRevocable(Runnable task, long delayNanos) {
            schedule(task, delayNanos);
            return new CompletableFuture<Void>() {
                @Override
                public boolean cancel(boolean mayInterruptIfRunning) {
                    scheduled = null;
                    return super.cancel(mayInterruptIfRunning);
                }
            };
        }

        @Override
        public void executeAfterNextBatch(Runnable task) {
            throw new UnsupportedOperationException("timers only");
        }

        @Override
        public long now() {
            return clock;
        }

        @Override
        public SystemCalls systemCalls() {
            throw new UnsupportedOperationException("timers only");
        }

        @Override
        public Registration register(int fd, int events, ReadyHandler handler) {
            throw new UnsupportedOperationException("timers only");
        }
    }
}
