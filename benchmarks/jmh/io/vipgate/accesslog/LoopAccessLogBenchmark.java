package io.vipgate.accesslog;

import io.vipgate.accesslog.AccessLogPlan.Form;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayInsides;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does the access log cost an event loop at the end of a relay, and the writer for its line?
 *
 * <p>{@code benchmarks/jmh/run AccessLane -prof gc}
 *
 * <p>Bad answers: any allocation by {@code off}, {@code noted} or {@code full}; more than a nanosecond or two for {@code off};
 * more than a hundred for {@code noted}, which would be a thousandth of a short connection.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LoopAccessLogBenchmark {
    private final EntryQueue queue = new EntryQueue(AccessLog.CAPACITY);
    private final EntryQueue fullQueue = new EntryQueue(1);
    private final LineBuffer lines = new LineBuffer();
    private final LineFormat text = new TextFormat();
    private final LineFormat json = new JsonFormat();
    private volatile @Nullable AccessLogPlan none;
    private volatile AccessLogPlan plan;
    private Relay relay;
    private LoopAccessLog off;
    private LoopAccessLog on;
    private LoopAccessLog full;
    private Entry entry;

    @Setup
    public void prepare() {
        plan = new AccessLogPlan(Form.TEXT, Path.of("/dev/null"), 1);
        relay = RelayInsides.ended();
        off = new LoopAccessLog(() -> none, queue, new SplittableRandom(1));
        on = new LoopAccessLog(() -> plan, queue, new SplittableRandom(1));
        full = new LoopAccessLog(() -> plan, fullQueue, new SplittableRandom(1));
        full.onClosed(relay, CloseReason.CLIENT_FIN);
        entry = Objects.requireNonNull(fullQueue.peek());
    }

    /** The end of a relay while there is no access log. */
    @Benchmark
    public void off() {
        off.onClosed(relay, CloseReason.CLIENT_FIN);
    }

    /** The end of a relay: noted on the loop, and the slot given back as the writer does. */
    @Benchmark
    public @Nullable Entry noted() {
        on.onClosed(relay, CloseReason.CLIENT_FIN);
        Entry noted = queue.peek();
        queue.release();
        return noted;
    }

    /** The end of a relay when the queue is full. */
    @Benchmark
    public void full() {
        full.onClosed(relay, CloseReason.CLIENT_FIN);
    }

    /** A text line, as the writer makes it. */
    @Benchmark
    public int text() {
        lines.discard(lines.size());
        text.append(entry, lines);
        return lines.size();
    }

    /** A JSON line. */
    @Benchmark
    public int json() {
        lines.discard(lines.size());
        json.append(entry, lines);
        return lines.size();
    }
}
