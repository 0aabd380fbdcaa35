package io.vipgate.access;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * What does a list of who may come in cost a connection, and how long does it take to read, for few and for many networks?
 *
 * <p>{@code benchmarks/jmh/run AccessListBenchmark -prof gc}
 *
 * <p>Half of the networks are single IPv4 addresses, a third IPv6 networks of 64 bits, the rest IPv4 networks of 24 bits. Clients are
 * drawn at random, one half from the list.
 *
 * <p>Bad answers: any allocation in a look-up; more than 500 ns for one in a million, most of which misses of the processor's
 * caches are; more than 2 s to read a million.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AccessListBenchmark {
    private static final int CLIENTS = 1 << 16;

    @Param({"10", "10000", "1000000"})
    int networks;

    private final long[] highs = new long[CLIENTS];
    private final long[] lows = new long[CLIENTS];
    private Path file;
    private AccessList list;
    private int next;

    @Setup
    public void write() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        file = Files.createTempFile("networks", ".txt");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < networks; i++) {
                Prefix prefix = switch (i % 6) {
                    case 0, 1, 2 -> Prefix.of(0, Prefix.MAPPED | random.nextLong(1L << 32), 128);
                    case 3, 4 -> Prefix.of(0x2001_0000_0000_0000L | random.nextLong(1L << 48), 0, 64);
                    default -> Prefix.of(0, Prefix.MAPPED | random.nextLong(1L << 32), 120);
                };
                out.write(prefix + "\n");
                int client = random.nextInt(CLIENTS);
                highs[client] = prefix.high();
                lows[client] = prefix.low();
            }
        }
        for (int i = 0; i < CLIENTS; i += 2) {
            highs[i] = i % 4 == 0 ? 0 : 0x2001_0000_0000_0000L | random.nextLong(1L << 48);
            lows[i] = i % 4 == 0 ? Prefix.MAPPED | random.nextLong(1L << 32) : random.nextLong();
        }
        list = load();
    }

    @TearDown
    public void delete() throws IOException {
        Files.delete(file);
    }

    /** One connection. */
    @Benchmark
    public boolean lookUp() {
        next = (next + 1) & (CLIENTS - 1);
        return list.isAllowed(highs[next], lows[next]);
    }

    /** A start, or a reload. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public AccessList load() {
        AccessLine line = new AccessLine(AccessEntry.parse("file:" + file), "gateway.yaml:1");
        return AccessList.read(List.of(), List.of(line)).list().orElseThrow();
    }
}
