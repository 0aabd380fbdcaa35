package io.vipgate.access;

import io.vipgate.linux.ClientAddress;
import java.util.List;

/**
 * Finds the longest of many networks that an address lies in: a binary search for the last one that begins no later, 20 steps
 * for a million, and from there outwards, since networks overlap only where one lies in another. Holds no object per network: 12
 * bytes for one of IPv4, 24 for one of IPv6.
 *
 * <p>Immutable.
 */
public final class PrefixTable {
    /** What {@link #find} returns where no network has the address. */
    public static final int NONE = -1;
    /** Most networks in one table. */
    public static final int MAX_PREFIXES = 1_000_000;

    private final Ipv4Prefixes ipv4;
    private final Ipv6Prefixes ipv6;

    /**
     * Makes a table.
     *
     * @param prefixes in any order, at most {@link #MAX_PREFIXES}; of equal ones the first counts
     */
    public PrefixTable(List<Prefix> prefixes) {
        this(builder(prefixes), (_, _, _) -> {});
    }

    private PrefixTable(Builder builder, Duplicates duplicates) {
        ipv4 = builder.ipv4.build(duplicates);
        ipv6 = builder.ipv6.build(duplicates);
    }

    private static Builder builder(List<Prefix> prefixes) {
        Builder builder = new Builder();
        prefixes.forEach(prefix -> builder.add(prefix.high(), prefix.low(), prefix.length()));
        return builder;
    }

    /**
     * The longest network that an address lies in. Allocates nothing.
     *
     * @return its index in the list that the table was made of, or {@link #NONE}
     */
    public int find(long high, long low) {
        return ClientAddress.isIpv4(high, low) ? ipv4.find((int) low) : ipv6.find(high, low);
    }

    /**
     * The network with an index that was found for an address.
     *
     * @param high upper half of that address
     * @param low lower half
     */
    Prefix prefix(long high, long low) {
        boolean isIpv4 = ClientAddress.isIpv4(high, low);
        return Prefix.of(high, low, isIpv4 ? ipv4.length((int) low) : ipv6.length(high, low));
    }

    /** Is told of equal networks. */
    interface Duplicates {
        /** Two are equal: that with the index that counts, and the other one. */
        void onDuplicate(Prefix network, int first, int second);
    }

    /**
     * Takes networks in any order.
     *
     * <p>Confined to one thread.
     */
    static final class Builder {
        private final Ipv4Prefixes.Builder ipv4 = new Ipv4Prefixes.Builder();
        private final Ipv6Prefixes.Builder ipv6 = new Ipv6Prefixes.Builder();
        private int size;

        /** How many there are. */
        int size() {
            return size;
        }

        /** Takes one, whose index is the number of those before it. Its bits behind the length must be zero. */
        void add(long high, long low, int length) {
            if (size == MAX_PREFIXES) {
                throw new IllegalStateException("full");
            }
            if (Prefix.isIpv4(high, low, length)) {
                ipv4.add((int) low, length - Prefix.MAPPED_BITS, size);
            } else {
                ipv6.add(high, low, length, size);
            }
            size++;
        }

        /** The table of them; the builder is not to be used again. */
        PrefixTable build(Duplicates duplicates) {
            return new PrefixTable(this, duplicates);
        }
    }
}
