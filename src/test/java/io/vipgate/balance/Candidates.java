package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Lists of candidates for tests. Stateless. */
final class Candidates {
    private Candidates() {}

    /** Candidates {@code vip1}, {@code vip2}... with these weights. */
    static List<Candidate> weighing(int... weights) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            candidates.add(new Candidate(endpoint("vip" + (i + 1)), i, weights[i]));
        }
        return List.copyOf(candidates);
    }

    /** Weights from 1 to a bound. */
    static int[] randomWeights(RandomGenerator random, int count, int most) {
        return random.ints(count, 1, most + 1).toArray();
    }

    static Endpoint endpoint(String name) {
        return new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80), 0);
    }

    static void open(Candidate candidate, int connections) {
        for (int i = 0; i < connections; i++) {
            if (!candidate.endpoint().tryOpen()) {
                throw new IllegalStateException(candidate + " is full");
            }
        }
    }

    static int totalWeight(List<Candidate> candidates) {
        return candidates.stream().mapToInt(Candidate::weight).sum();
    }
}
