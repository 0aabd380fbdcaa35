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
 * What does it cost a relay that its client is pinned: the look-up, the place at the endpoint, and giving both back?
 *
 * <p>{@code benchmarks/jmh/run PinnedSelect -prof gc}
 *
 * <p>Bad answers: any allocation by {@code select} ({@code gc.alloc.rate.norm} of one byte or more); more than 200
 * bytes for {@code hit}, which holds and releases the pin; more than a microsecond, which would be 1 % or more of a short
 * connection.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PinnedSelectBenchmark {
    private static final long MAPPED = 0xffff_0000_0000L;
    private static final long TTL = 3_600_000_000_000L;

    @Param({"1000", "100000", "1000000"})
    int clients;

    private PinTable table;
    private LoopPool pool;
    private LoopPool unpinned;
    private int client;

    @Setup
    public void fill() {
        List<PoolSnapshot.Member> members = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            Endpoint endpoint = new Endpoint("vip" + i,
                    new InetSocketAddress(InetAddress.ofLiteral("192.0.2." + i), 80), 0);
            members.add(new PoolSnapshot.Member(endpoint, EndpointState.initial(1, false)));
        }
        Pool pinned = new Pool("nginx", new PoolSnapshot(members, true));
        RelaySettings settings = new RelaySettings(1, 0, 0, 0, 0, 0, new RelaySettings.KeepAlive(30, 5, 3), 0, 0,
                HeaderSettings.NONE, List.of(), BufferBounds.DEFAULT, null);
        table = new PinTable("bench", new ClientPrefix(32, 64), TTL, 2_000_000);
        LocalPorts ports = new LocalPorts(32_768, 60_999);
        pool = new LoopPool(pinned, new PoolPlan(settings, WeightedRandom::new, table),
                new SplittableRandom(1), ports);
        unpinned = new LoopPool(pinned, new PoolPlan(settings, WeightedRandom::new, null),
                new SplittableRandom(1), ports);
        for (int i = 0; i < clients; i++) {
            if (pool.pins().find(0, MAPPED | i) == null) {
                pool.pins().pin(members.get(i & 1).endpoint());
            }
        }
    }

    @TearDown
    public void close() {
        table.close();
    }

    /** A connection of a client that is pinned, from its selection to its end. */
    @Benchmark
    public LoopEndpoint hit() {
        client = (client * 1_103_515_245 + 12_345) & Integer.MAX_VALUE;
        long low = MAPPED | (client % clients);
        Pin pin = Objects.requireNonNull(pool.pins().find(0, low));
        LoopEndpoint selected = Objects.requireNonNull(pool.openPinned(pin.endpoint(), 0, low, System.nanoTime()));
        pool.onPinUsed(pin);
        selected.endpoint().close();
        pool.onPinLeft(0, low, pin);
        return selected;
    }

    /** The selection alone: where is the client pinned, and is there a place? */
    @Benchmark
    public LoopEndpoint select() {
        client = (client * 1_103_515_245 + 12_345) & Integer.MAX_VALUE;
        long low = MAPPED | (client % clients);
        Pin pin = Objects.requireNonNull(pool.pins().find(0, low));
        LoopEndpoint selected = Objects.requireNonNull(pool.openPinned(pin.endpoint(), 0, low, System.nanoTime()));
        selected.endpoint().close();
        return selected;
    }

    /** The same without pinning, to compare with. */
    @Benchmark
    public LoopEndpoint unpinned() {
        LoopEndpoint selected = Objects.requireNonNull(unpinned.open(0, MAPPED, List.of(), false, 0));
        selected.endpoint().close();
        return selected;
    }
}
