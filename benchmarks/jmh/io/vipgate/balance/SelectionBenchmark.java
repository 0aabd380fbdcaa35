package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a new connection pay for the choice of its endpoint, by rule and by number of endpoints?
 *
 * <p>{@code benchmarks/jmh/run balance.SelectionBenchmark -prof gc}
 *
 * <p>One operation is a selection, the place at the endpoint, and the end of the connection that came 256 before: so the
 * loads differ and move, as the rules that look at them expect. Weights are 1 to 4, clients come in random order.
 *
 * <p>Bad answers: any allocation; more than a microsecond at two or sixteen endpoints, which would be 1 % or more of a short
 * connection; a time that grows with the endpoints by more than what misses of the processor's caches explain, but for the
 * two rules that look at all of them, {@code least-connections} and {@code source-hash} for a client that has not come
 * lately, and the logarithm of {@code round-robin}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SelectionBenchmark {
    private static final long MAPPED = 0xffff_0000_0000L;
    private static final int OPEN = 256;

    @Param({"random", "weighted-random", "power-of-two", "round-robin", "least-connections", "source-hash",
        "source-hash of 1000 clients", "first"})
    String rule = "random";

    @Param({"2", "16", "128", "1000"})
    int endpoints;

    private final Arrivals arrivals = new Arrivals();
    private final Endpoint[] open = new Endpoint[OPEN];
    private int oldest;
    private TieredBalancer balancer;

    @Setup
    public void begin() {
        arrivals.clients = rule.equals("source-hash of 1000 clients") ? 1_000 : Integer.MAX_VALUE;
        List<PoolSnapshot.Member> members = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            InetAddress address = InetAddress.ofLiteral("198.18." + (i >> 8) + "." + (i & 255));
            members.add(new PoolSnapshot.Member(new Endpoint("vip" + i, new InetSocketAddress(address, 80), 0),
                    EndpointState.initial(1 + i % 4, false)));
        }
        balancer = new TieredBalancer(new PoolSnapshot(members, true), factory(rule), new Turns());
        for (int i = 0; i < OPEN; i++) {
            open[i] = open();
        }
    }

    private static BalancerFactory factory(String rule) {
        return switch (rule) {
            case "random" -> UniformRandom::new;
            case "weighted-random" -> WeightedRandom::new;
            case "power-of-two" -> PowerOfTwo::new;
            case "round-robin" -> RoundRobin::new;
            case "least-connections" -> LeastConnections::new;
            case "source-hash", "source-hash of 1000 clients" -> SourceHash.keyedBy("secret", 32, 64);
            case "first" -> First::new;
            default -> throw new IllegalArgumentException(rule);
        };
    }

    private Endpoint open() {
        arrivals.next();
        Candidate selected = balancer.select(arrivals);
        if (selected == null || !selected.endpoint().tryOpen()) {
            throw new IllegalStateException("no endpoint");
        }
        return selected.endpoint();
    }

    /** A connection comes, and another one ends. */
    @Benchmark
    public Endpoint select() {
        Endpoint selected = open();
        oldest = (oldest + 1) % OPEN;
        open[oldest].close();
        open[oldest] = selected;
        return selected;
    }

    /** One connection after another, from random clients. */
    private static final class Arrivals implements SelectionContext {
        private final SplittableRandom random = new SplittableRandom(1);
        private int clients = Integer.MAX_VALUE;
        private int state;
        private int client;

        void next() {
            state = state * 1_103_515_245 + 12_345;
            client = (state >>> 1) % clients;
        }

        @Override
        public boolean isUsable(Endpoint endpoint) {
            return !endpoint.isFull();
        }

        @Override
        public long random() {
            return random.nextLong();
        }

        @Override
        public long clientHigh() {
            return 0;
        }

        @Override
        public long clientLow() {
            return MAPPED | Integer.toUnsignedLong(client);
        }
    }
}
