package io.vipgate.importer.common;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Addresses that clients may come from, of both families.
 *
 * <p>Immutable.
 */
public record ClientSet(Intervals ipv4, Intervals ipv6) {
    /** No address. */
    public static final ClientSet NONE = new ClientSet(new Intervals(List.of()), new Intervals(List.of()));
    /** Every address. */
    public static final ClientSet ALL = NONE.complement();

    /** What is written as an address, a network, with a mask too, or a range {@code a-b}; empty if it is none of these. */
    public static Optional<ClientSet> of(String text) {
        return AddressFamily.of(text.split("[-/]", 2)[0])
                .flatMap(family -> family.network(text).map(network -> of(family, network)));
    }

    /** Addresses of one family. */
    public static ClientSet of(AddressFamily family, Intervals addresses) {
        return family == AddressFamily.IPV4
                ? new ClientSet(addresses, NONE.ipv6)
                : new ClientSet(NONE.ipv4, addresses);
    }

    /** Every address that is in one of them. */
    public static ClientSet union(List<ClientSet> sets) {
        Map<AddressFamily, List<Intervals>> all = new EnumMap<>(AddressFamily.class);
        for (AddressFamily family : AddressFamily.values()) {
            List<Intervals> each = new ArrayList<>();
            sets.forEach(set -> each.add(set.in(family)));
            all.put(family, each);
        }
        return new ClientSet(Intervals.union(all.getOrDefault(AddressFamily.IPV4, List.of())),
                Intervals.union(all.getOrDefault(AddressFamily.IPV6, List.of())));
    }

    /** Those who can come to an address. */
    public static ClientSet reaching(HostPort bind) {
        return bind.literal().isEmpty()
                ? ALL
                : bind.isIpv6() ? of(AddressFamily.IPV6, ALL.ipv6) : of(AddressFamily.IPV4, ALL.ipv4);
    }

    public Intervals in(AddressFamily family) {
        return family == AddressFamily.IPV4 ? ipv4 : ipv6;
    }

    public ClientSet or(ClientSet other) {
        return union(List.of(this, other));
    }

    public ClientSet and(ClientSet other) {
        return new ClientSet(ipv4.intersection(other.ipv4), ipv6.intersection(other.ipv6));
    }

    public ClientSet without(ClientSet other) {
        return other.isEmpty() ? this : and(other.complement());
    }

    public ClientSet complement() {
        return new ClientSet(ipv4.complement(AddressFamily.IPV4.highest()),
                ipv6.complement(AddressFamily.IPV6.highest()));
    }

    public boolean isEmpty() {
        return ipv4.all().isEmpty() && ipv6.all().isEmpty();
    }

    public boolean isAll() {
        return equals(ALL);
    }
}
