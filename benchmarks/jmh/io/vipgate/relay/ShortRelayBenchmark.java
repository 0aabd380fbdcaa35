package io.vipgate.relay;

import io.vipgate.linux.Lap;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.ShortLife;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does the whole life of a short relay cost, and what does it allocate: accept, connect, a request of 100 bytes, an
 * answer of 1,000, FIN from both sides?
 *
 * <p>{@code benchmarks/jmh/run ShortRelay -prof gc}
 *
 * <p>{@code relayed} goes through a real acceptor on a real event loop, {@code direct} from the client to the endpoint.
 * Client and endpoint run on the loop's thread too, between two batches of its events, and make system calls alone; so
 * the times hold their part and the kernel's, and the gateway's is the difference. JMH counts what all threads allocate, the
 * loop's above all. What {@code direct} allocates is the part of client, endpoint and benchmark: nothing, or 40 bytes where
 * the compiler leaves the object in place that an error number is read through. The difference is a relay's, from its
 * acceptance to its last close.
 *
 * <p>The endpoint ends first, as with {@code Connection: close}: what stays in TIME_WAIT has the port of a listening socket,
 * so no port is ever used up.
 *
 * <p>Bad answers: more than 1,024 bytes for a relay; more than 40 for {@code direct}, which would make the other number
 * void; a relay that takes three times as long as {@code direct} or longer: it makes a good twice as many system calls.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ShortRelayBenchmark {
    private static final int LIVES = 64;

    private LiveRelays live;
    private ShortLife life;
    private NativeSocketAddress endpoint;
    private Lap relayed;
    private Lap direct;
    private int left;

    @Setup
    public void open() {
        live = new LiveRelays(0);
        life = new ShortLife(live.peers);
        endpoint = NativeSocketAddress.of(live.peers.address());
        relayed = new Lap(live.eventLoop, this::stepRelayed);
        direct = new Lap(live.eventLoop, this::stepDirect);
    }

    @TearDown
    public void close() {
        live.close();
    }

    /** Through the gateway. */
    @Benchmark
    @OperationsPerInvocation(LIVES)
    public int relayed() {
        left = LIVES;
        relayed.go();
        return live.closed;
    }

    /** The same without it. */
    @Benchmark
    @OperationsPerInvocation(LIVES)
    public int direct() {
        left = LIVES;
        direct.go();
        return left;
    }

    private boolean stepRelayed() {
        // The next client comes when nothing of the last one is left.
        if (life.advance(live.address) && live.open() == 0) {
            life.begin();
            left--;
        }
        return left == 0;
    }

    private boolean stepDirect() {
        if (life.advance(endpoint)) {
            life.begin();
            left--;
        }
        return left == 0;
    }
}
