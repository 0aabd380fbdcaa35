package io.vipgate.balance;

import io.vipgate.pool.ClientPrefix;
import io.vipgate.pool.Candidate;
import java.util.List;

/** Makes a loop's balancer for a list of candidates. Thread-safe. */
@FunctionalInterface
public interface BalancerFactory {
    /**
     * Makes a balancer.
     *
     * @param candidates at least one, weights 1 to 256
     */
    Balancer over(List<Candidate> candidates);

    /** {@code random}: every endpoint alike. */
    static BalancerFactory random() {
        return UniformRandom::new;
    }

    /** {@code weighted-random}: shares as the weights. */
    static BalancerFactory weightedRandom() {
        return WeightedRandom::new;
    }

    /** {@code power-of-two}: the less loaded of two drawn. */
    static BalancerFactory powerOfTwo() {
        return PowerOfTwo::new;
    }

    /** {@code round-robin}: in turn, shares as the weights. */
    static BalancerFactory roundRobin() {
        return RoundRobin::new;
    }

    /** {@code least-connections}: the least loaded of all. */
    static BalancerFactory leastConnections() {
        return LeastConnections::new;
    }

    /**
     * {@code source-hash}: the same client to the same endpoint.
     *
     * @param key secret of the hash; may be empty
     * @param ipv4Prefix leading bits of an IPv4 address that name a client, 0 to 32
     * @param ipv6Prefix leading bits of an IPv6 address that name a client, 0 to 128
     */
    static BalancerFactory sourceHash(String key, int ipv4Prefix, int ipv6Prefix) {
        SipHash hash = SipHash.keyedBy(key);
        ClientPrefix prefix = new ClientPrefix(ipv4Prefix, ipv6Prefix);
        return candidates -> new SourceHash(candidates, hash, prefix);
    }
}
