package io.vipgate.relay;

import io.vipgate.balance.WeightedRandom;
import io.vipgate.eventloop.EventLoops;
import io.vipgate.linux.Lap;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.RelayRoom;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
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
 * What does it cost an event loop to count a delivery and a relay's life, and to have it all read by another thread?
 *
 * <p>{@code benchmarks/jmh/run CountersBenchmark -prof gc}
 *
 * <p>The loop's counters are plain fields. Another thread has the loop copy them: {@code copy} is what that costs the loop,
 * {@code read} how long the reader waits at a loop that has nothing else to do. So counting pays nothing for being read.
 *
 * <p>Bad answers: any allocation by {@code delivery} or {@code life}; more than 10 ns for {@code delivery} or 100 for
 * {@code life} at two endpoints, which would be a thousandth of a short connection; more than a millisecond for {@code copy},
 * a hold-up that clients could see.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CountersBenchmark {
    private static final String LISTENER = "web";

    @Param({"2", "1000"})
    int endpoints;

    private final SplittableRandom random = new SplittableRandom(1);
    private final CloseReason[] reasons = {CloseReason.CLIENT_FIN, CloseReason.ENDPOINT_FIN, CloseReason.CLIENT_RESET};
    private LoopCounts last = new LoopCounts();
    private LoopPool pool;
    private LoopListener listener;
    private ConnectionLimit places;
    private LoopEndpoint[] all;
    private Traffic[] traffic;
    private EventLoops loops;
    private Lap reading;
    private int turn;

    @Setup
    public void open() {
        List<PoolSnapshot.Member> members = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            InetAddress address = InetAddress.ofLiteral("198.18." + (i >> 8) + "." + (i & 255));
            members.add(new PoolSnapshot.Member(new Endpoint("vip" + i, new InetSocketAddress(address, 80), 0),
                    EndpointState.initial(1, false)));
        }
        RelaySettings settings = new RelaySettings(1, 0, 0, 0, 0, 0, new RelaySettings.KeepAlive(30, 5, 3), 0, 0,
                HeaderSettings.NONE, List.of(), BufferBounds.DEFAULT, null);
        pool = new LoopPool(new Pool("nginx", new PoolSnapshot(members, true)),
                new PoolPlan(settings, WeightedRandom::new, null), new SplittableRandom(1),
                new LocalPorts(32_768, 60_999));
        places = new ConnectionLimit(0);
        listener = new LoopListener(LISTENER, new ConnectionLimit(0), RelayRoom.of(9000), new ListenerWarnings("web"),
                pool);
        all = pool.endpoints().toArray(LoopEndpoint[]::new);
        traffic = new Traffic[endpoints];
        for (int i = 0; i < endpoints; i++) {
            traffic[i] = all[i].traffic(LISTENER);
        }
        loops = new EventLoops(1);
        reading = new Lap(loops.all().getFirst(), () -> {
            last = copied();
            return true;
        });
    }

    @TearDown
    public void close() {
        loops.close();
    }

    private int nextEndpoint() {
        turn = turn + 1 < endpoints ? turn + 1 : 0;
        return turn;
    }

    /** Bytes have reached one side of a relay. */
    @Benchmark
    public Traffic delivery() {
        int next = nextEndpoint();
        boolean isToBackend = (random.nextInt() & 1) == 0;
        traffic[next].onDelivered(isToBackend, next + 1);
        return traffic[next];
    }

    /** A relay is accepted, reaches its endpoint, and ends after 1 ms to 4 s. */
    @Benchmark
    public Traffic life() {
        LoopEndpoint endpoint = all[nextEndpoint()];
        int chance = random.nextInt() >>> 1;
        CloseReason reason = reasons[chance % reasons.length];
        Object _ = listener.tryAcquire(places);
        listener.onAccepted();
        endpoint.onConnected(chance >>> 10);
        Traffic found = endpoint.traffic(LISTENER);
        endpoint.onClosed(reason);
        pool.onRelayOver(reason, true, 2L * chance);
        listener.onClosed();
        return found;
    }

    /** The loop's part in a reading. */
    @Benchmark
    public LoopCounts copy() {
        return copied();
    }

    /** A reading by another thread. */
    @Benchmark
    public LoopCounts read() {
        reading.go();
        return last;
    }

    private LoopCounts copied() {
        LoopCounts copy = new LoopCounts();
        copy.add(pool);
        copy.add(listener, 0);
        return copy;
    }
}
