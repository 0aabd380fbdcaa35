package io.vipgate.neighbour;

import io.vipgate.pool.Endpoint;
import java.net.Inet4Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Which endpoints of a pool are answered by the same machine, at one moment.
 *
 * <p>A machine is a hardware address on an interface of this one. What is kept is one finding for each endpoint; machines
 * and pairs follow from it, so that a pool of a thousand endpoints costs a thousand findings and not half a million pairs.
 * Endpoints that differ only by their port are one machine by configuration: they are no pair, and no finding. Nor are those of
 * different families.
 *
 * <p>A router or a cloud that answers for every address (proxy ARP) looks like one machine.
 *
 * <p>Immutable.
 */
public final class CoLocation {
    /** Pairs are told of pools with at most so many endpoints: no more than 120. */
    public static final int MAX_PAIRED = 16;
    /** Of a pool that has not been looked at. */
    public static final CoLocation NOTHING = new CoLocation(List.of());

    /** What is known of two endpoints. Immutable. */
    public enum State {
        /** The same hardware address on the same interface answers for both. */
        CO_LOCATED,
        /** Different hardware addresses answer. */
        SEPARATE,
        /** For one of them none is known or it is a virtual one (VRRP), or one address answers on two interfaces. */
        UNKNOWN
    }

    /**
     * Who answers for an endpoint.
     *
     * @param since when it was first seen as it is now
     */
    public record Finding(Endpoint endpoint, Neighbour answer, Instant since) {
        /** True when the answer tells a machine: a virtual hardware address does not. */
        public boolean isMachine() {
            return answer instanceof Neighbour.Resolved(String _, MacAddress mac) && !mac.isVirtual();
        }
    }

    /**
     * A machine that answers for endpoints of more than one address of a family.
     *
     * @param endpoints all that it answers for, in the order of the configuration, whatever their state
     * @param since when it was first seen to answer for all of them
     */
    public record Machine(Neighbour.Resolved answer, List<Endpoint> endpoints, Instant since) {}

    /**
     * Two endpoints of different addresses of one family, in the order of the configuration.
     *
     * @param since when both were first seen to be answered as they are now
     */
    public record Pair(Endpoint first, Endpoint second, State state, Instant since) {}

    private final List<Finding> findings;

    private CoLocation(List<Finding> findings) {
        this.findings = List.copyOf(findings);
    }

    /**
     * What follows this.
     *
     * @param endpoints who is in the pool now
     * @param answers who answers for an address, by {@link #key(Endpoint)}
     */
    CoLocation next(List<Endpoint> endpoints, Function<String, Neighbour> answers, Instant now) {
        Map<Endpoint, Finding> before = new HashMap<>();
        findings.forEach(finding -> before.put(finding.endpoint(), finding));
        List<Finding> next = new ArrayList<>(endpoints.size());
        for (Endpoint endpoint : endpoints) {
            Neighbour answer = answers.apply(key(endpoint));
            Finding known = before.get(endpoint);
            next.add(known != null && known.answer().equals(answer) ? known : new Finding(endpoint, answer, now));
        }
        return new CoLocation(next);
    }

    /** The endpoint's address without its port. Link-local addresses are equal to the JDK on whatever link they are. */
    static String key(Endpoint endpoint) {
        return endpoint.address().getAddress().getHostAddress();
    }

    /** How many addresses of one family endpoints have: a service has one of each without there being less to fail over to. */
    static int addresses(Iterable<Endpoint> endpoints) {
        Set<String> ipv4 = new HashSet<>();
        Set<String> ipv6 = new HashSet<>();
        endpoints.forEach(endpoint -> (isIpv4(endpoint) ? ipv4 : ipv6).add(key(endpoint)));
        return Math.max(ipv4.size(), ipv6.size());
    }

    private static boolean isIpv4(Endpoint endpoint) {
        return endpoint.address().getAddress() instanceof Inet4Address;
    }

    /** Who answers for each endpoint, in the order of the configuration. */
    public List<Finding> findings() {
        return findings;
    }

    /** Machines that answer for more than one address of a family; empty when there is none, or none is known. */
    public List<Machine> sharedMachines() {
        Map<Neighbour.Resolved, List<Finding>> machines = new LinkedHashMap<>();
        for (Finding finding : findings) {
            if (finding.isMachine() && finding.answer() instanceof Neighbour.Resolved answer) {
                machines.computeIfAbsent(answer, _ -> new ArrayList<>()).add(finding);
            }
        }
        List<Machine> shared = new ArrayList<>();
        machines.forEach((answer, members) -> {
            List<Endpoint> endpoints = members.stream().map(Finding::endpoint).toList();
            if (addresses(endpoints) > 1) {
                shared.add(new Machine(answer, endpoints, latest(members)));
            }
        });
        return List.copyOf(shared);
    }

    private static Instant latest(List<Finding> of) {
        return of.stream().map(Finding::since).max(Instant::compareTo).orElse(Instant.MIN);
    }

    /**
     * Every two endpoints of different addresses of one family; empty for a pool of more than {@link #MAX_PAIRED} endpoints, where
     * {@link #sharedMachines()} tells the same in fewer words.
     */
    public List<Pair> pairs() {
        if (findings.size() > MAX_PAIRED) {
            return List.of();
        }
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < findings.size(); i++) {
            for (int k = i + 1; k < findings.size(); k++) {
                Finding first = findings.get(i);
                Finding second = findings.get(k);
                if (isIpv4(first.endpoint()) == isIpv4(second.endpoint())
                        && !key(first.endpoint()).equals(key(second.endpoint()))) {
                    pairs.add(new Pair(first.endpoint(), second.endpoint(), state(first, second),
                            latest(List.of(first, second))));
                }
            }
        }
        return List.copyOf(pairs);
    }

    private static State state(Finding first, Finding second) {
        if (!first.isMachine() || !second.isMachine()) {
            return State.UNKNOWN;
        }
        if (first.answer().equals(second.answer())) {
            return State.CO_LOCATED;
        }
        return mac(first).equals(mac(second)) ? State.UNKNOWN : State.SEPARATE;
    }

    /** The hardware address of a finding that tells a machine. */
    static MacAddress mac(Finding finding) {
        if (finding.answer() instanceof Neighbour.Resolved(String _, MacAddress mac)) {
            return mac;
        }
        throw new IllegalArgumentException(finding + " (expected: one that tells a machine)");
    }
}
