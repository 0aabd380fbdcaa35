package io.vipgate.relay;

import io.vipgate.linux.Lap;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.Peers;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to move a lot of bytes from a client to the endpoint, copied or spliced, and is anything allocated by
 * the byte or by the lot?
 *
 * <p>{@code benchmarks/jmh/run PumpBenchmark -prof gc}
 *
 * <p>An operation is one lot, sent by a client, moved by a relay on a real event loop, and received by the endpoint before
 * the next one is sent; real sockets over 127.0.0.1. Client and endpoint run on the loop's thread, between two batches of its
 * events, and make system calls alone; {@code direct} is the same without the gateway, so that the difference is the
 * gateway's. Allocation is that of all threads. A relay splices only what streams: smaller lots than 128 KiB are
 * copied whether it has pipes or not. Each fork checks at its end that the bytes went the way that its name says.
 *
 * <p>Bad answers: a byte or more for a lot of any size; {@code spliced} slower than {@code copied} with the same lots;
 * {@code copied} slower than three times {@code direct}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PumpBenchmark {
    private static final int LOTS = 64;
    private static final int PIPES = 16;

    /** A relay that has no pipes. */
    @State(Scope.Thread)
    public static class Copying {
        @Param({"128", "16384", "131072", "1048576"})
        int bytes;

        private Stream stream;

        @Setup
        public void open() {
            stream = new Stream(true, 0, bytes);
        }

        @TearDown
        public void close() {
            stream.close(0);
        }
    }

    /** A relay that streams. */
    @State(Scope.Thread)
    public static class Splicing {
        @Param({"131072", "1048576"})
        int bytes;

        private Stream stream;

        @Setup
        public void open() {
            stream = new Stream(true, PIPES, bytes);
        }

        @TearDown
        public void close() {
            stream.close(0.99);
        }
    }

    /** No relay at all. */
    @State(Scope.Thread)
    public static class Direct {
        @Param({"128", "16384", "131072", "1048576"})
        int bytes;

        private Stream stream;

        @Setup
        public void open() {
            stream = new Stream(false, 0, bytes);
        }

        @TearDown
        public void close() {
            stream.close(0);
        }
    }

    /** Through the loop's buffer. */
    @Benchmark
    @OperationsPerInvocation(LOTS)
    public long copied(Copying state) {
        return state.stream.moveLots();
    }

    /** Through a pipe. */
    @Benchmark
    @OperationsPerInvocation(LOTS)
    public long spliced(Splicing state) {
        return state.stream.moveLots();
    }

    /** From the client to the endpoint. */
    @Benchmark
    @OperationsPerInvocation(LOTS)
    public long direct(Direct state) {
        return state.stream.moveLots();
    }

    /** A client and an endpoint, connected through a relay or without. */
    private static final class Stream {
        private static final int NONE = -1;

        private final LiveRelays live;
        private final Lap lots;
        private final int bytes;
        private int client = NONE;
        private int endpoint = NONE;
        private int left;
        private int toSend;
        private int toReceive;
        private long moved;

        Stream(boolean isRelayed, int mostPipes, int bytes) {
            this.bytes = bytes;
            live = new LiveRelays(mostPipes);
            lots = new Lap(live.eventLoop, this::step);
            NativeSocketAddress remote = isRelayed ? live.address : NativeSocketAddress.of(live.peers.address());
            new Lap(live.eventLoop, () -> connect(remote)).go();
        }

        private boolean connect(NativeSocketAddress remote) {
            if (client == NONE) {
                client = live.peers.connect(remote);
            }
            // Not before the gateway has given up waiting for the first bytes, whose acknowledgement the handshake's is.
            endpoint = live.peers.accept();
            return endpoint != Peers.YIELD;
        }

        long moveLots() {
            left = LOTS;
            toSend = bytes;
            toReceive = bytes;
            lots.go();
            return moved;
        }

        private boolean step() {
            if (toSend > 0) {
                toSend -= Math.max(0, live.peers.send(client, toSend));
            }
            int received = live.peers.receive(endpoint);
            if (received == 0) {
                throw new IllegalStateException("the stream has ended");
            }
            if (received > 0) {
                moved += received;
                toReceive -= received;
                if (toReceive == 0) {
                    toSend = bytes;
                    toReceive = bytes;
                    left--;
                }
            }
            return left == 0;
        }

        void close(double leastSpliced) {
            Lap.on(live.eventLoop, () -> {
                live.peers.reset(client);
                live.peers.close(endpoint);
                long spliced = live.splicedBytes();
                if (spliced < leastSpliced * moved || (leastSpliced == 0 && spliced > 0)) {
                    throw new IllegalStateException(spliced + " of " + moved + " bytes were spliced");
                }
            });
            live.close();
        }
    }
}
