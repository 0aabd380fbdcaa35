package io.vipgate.importer.iptables;

import io.vipgate.importer.common.Fraction;
import io.vipgate.importer.common.HostPort;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules that match one address and port, in their order: each takes its share of what those before it have left.
 *
 * <p>Confined to one import.
 */
final class ShareChain {
    private final List<Share> shares = new ArrayList<>();
    private Fraction remaining = Fraction.ONE;
    private boolean isRoundRobin;

    /** An endpoint, with its share of all connections to the address. */
    record Share(int line, HostPort endpoint, Fraction ofAll) {}

    /**
     * Adds the next rule.
     *
     * @param ofRemaining its share of the connections that reach it
     * @param takesTurns whether it takes every nth connection, and not some by chance
     * @throws ArithmeticException when the share can't be expressed
     */
    void add(int line, HostPort endpoint, Fraction ofRemaining, boolean takesTurns) {
        Fraction rest = remaining.times(ofRemaining.rest());
        shares.add(new Share(line, endpoint, remaining.times(ofRemaining)));
        remaining = rest;
        isRoundRobin |= takesTurns;
    }

    List<Share> shares() {
        return shares;
    }

    List<HostPort> endpoints() {
        return shares.stream().map(Share::endpoint).toList();
    }

    int firstLine() {
        return shares.getFirst().line();
    }

    /** The share that no rule takes. */
    Fraction remaining() {
        return remaining;
    }

    /** Whether a rule takes every nth connection. */
    boolean isRoundRobin() {
        return isRoundRobin;
    }
}
