package io.vipgate.relay;

import io.vipgate.balance.WeightedRandom;
import io.vipgate.pinning.Pin;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.ClientPrefix;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a client pay that is not pinned yet, when the table is full: the look-up in vain, the pin that is made, and
 * the oldest ones that go for it? {@link PinnedSelectBenchmark} has those that are pinned.
 *
 * <p>{@code benchmarks/jmh/run NewcomerBenchmark -prof gc}
 *
 * <p>Allocation is that of all threads, the table's maintenance included.
 *
 * <p>Bad answers: any allocation by {@code miss}; more than 1,024 bytes for {@code newcomer}, as much as a whole relay may
 * have; more than ten microseconds for {@code newcomer}, which would be a tenth of a short connection, and a flood of
 * strangers would be felt by the clients that are pinned.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NewcomerBenchmark {
    private static final long MAPPED = 0xffff_0000_0000L;
    private static final long TTL = 3_600_000_000_000L;

    @Param({"1000", "1000000"})
    int entries;

    private PinTable table;
    private LoopPool pool;
    private int client;
    private int stranger;

    @Setup
    public void fill() {
        List<PoolSnapshot.Member> members = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            Endpoint endpoint = new Endpoint("vip" + i,
                    new InetSocketAddress(InetAddress.ofLiteral("192.0.2." + i), 80), 0);
            members.add(new PoolSnapshot.Member(endpoint, EndpointState.initial(1, false)));
        }
        RelaySettings settings = new RelaySettings(1, 0, 0, 0, 0, 0, new RelaySettings.KeepAlive(30, 5, 3), 0, 0,
                HeaderSettings.NONE, List.of(), BufferBounds.DEFAULT, null);
        table = new PinTable("bench", new ClientPrefix(32, 64), TTL, entries);
        pool = new LoopPool(new Pool("nginx", new PoolSnapshot(members, true)),
                new PoolPlan(settings, WeightedRandom::new, table), new SplittableRandom(1),
                new LocalPorts(32_768, 60_999));
        while (table.evictions() == 0) {
            LoopEndpoint _ = newcomer();
        }
    }

    @TearDown
    public void close() {
        table.close();
    }

    /** A connection of a client that is pinned by it, from its selection to its end. */
    @Benchmark
    public LoopEndpoint newcomer() {
        // By a multiplication with an odd number every address comes once, in no order that shows.
        long low = MAPPED | Integer.toUnsignedLong(++client * 0x9e37_79b1);
        if (pool.pins().find(0, low) != null) {
            throw new IllegalStateException("a newcomer that is known");
        }
        LoopEndpoint selected = Objects.requireNonNull(pool.open(0, low, List.of(), false, 0));
        Pin pin = Objects.requireNonNull(pool.pins().pin(selected.endpoint()));
        pool.onPinUsed(pin);
        selected.endpoint().close();
        pool.onPinLeft(0, low, pin);
        return selected;
    }

    /** The look-up alone, of clients of whom none is pinned. */
    @Benchmark
    public @Nullable Pin miss() {
        return pool.pins().find(1, MAPPED | Integer.toUnsignedLong(++stranger * 0x9e37_79b1));
    }
}
