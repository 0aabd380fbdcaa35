package io.vipgate.relay;

import io.vipgate.linux.Lap;
import io.vipgate.linux.Peers;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * How long does it take from a client's connect until its relay has reached the endpoint?
 *
 * <p>{@code benchmarks/jmh/run relay.ConnectBenchmark -prof gc}
 *
 * <p>A real acceptor on a real event loop accepts clients from 127.0.0.1 and connects to a real listening socket. The client's
 * connect is made by the loop's thread, too, between two batches of its events: its part, and the kernel's, are in the
 * times. {@code singly} waits for each relay before the next client comes; {@code atOnce} has 64 clients queued before the
 * gateway accepts the first. Each lap ends, outside the time, by a reset from the clients, which leaves no port in TIME_WAIT.
 * The allocation is that of all threads, and holds the relays' ends.
 *
 * <p>Bad answers: more than 1,024 bytes a relay; {@code atOnce} slower than {@code singly}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ConnectBenchmark {
    private static final int CLIENTS = 64;
    private static final int NONE = -1;

    private final int[] clients = new int[CLIENTS];
    private LiveRelays live;
    private Lap singly;
    private Lap atOnce;
    private Lap end;
    private int begun;
    private int connectedBefore;

    @Setup
    public void open() {
        live = new LiveRelays(0);
        singly = new Lap(live.eventLoop, this::stepSingly);
        atOnce = new Lap(live.eventLoop, this::stepAtOnce);
        end = new Lap(live.eventLoop, this::stepEnd);
        Arrays.fill(clients, NONE);
    }

    @TearDown
    public void close() {
        live.close();
    }

    @Setup(Level.Invocation)
    public void begin() {
        begun = 0;
        connectedBefore = live.connected;
    }

    @TearDown(Level.Invocation)
    public void end() {
        end.go();
    }

    /** One client after another. */
    @Benchmark
    @OperationsPerInvocation(CLIENTS)
    public int singly() {
        singly.go();
        return live.connected;
    }

    /** 64 clients in the kernel's queue. */
    @Benchmark
    @OperationsPerInvocation(CLIENTS)
    public int atOnce() {
        atOnce.go();
        return live.connected;
    }

    private boolean stepSingly() {
        boolean areConnected = live.connected - connectedBefore == begun;
        if (areConnected && begun < CLIENTS) {
            clients[begun++] = live.peers.connect(live.address);
            return false;
        }
        return areConnected;
    }

    private boolean stepAtOnce() {
        while (begun < CLIENTS) {
            clients[begun++] = live.peers.connect(live.address);
        }
        return live.connected - connectedBefore == CLIENTS;
    }

    private boolean stepEnd() {
        for (int i = 0; i < CLIENTS; i++) {
            if (clients[i] != NONE) {
                live.peers.reset(clients[i]);
                clients[i] = NONE;
            }
        }
        for (int accepted = live.peers.accept(); accepted != Peers.YIELD; accepted = live.peers.accept()) {
            live.peers.close(accepted);
        }
        return live.open() == 0;
    }
}
