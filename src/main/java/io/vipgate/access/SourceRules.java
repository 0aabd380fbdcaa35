package io.vipgate.access;

import java.util.List;

/**
 * How much of a listener one source may have. A source is the network of a length of its own that a client is in.
 *
 * <p>Immutable.
 *
 * @param ipv4Prefix bits of an IPv4 source, 1 to 32
 * @param ipv6Prefix bits of an IPv6 source, 1 to 128
 * @param maxConnections most connections open at once; 0: no limit
 * @param newPerSecond most new connections a second, sustained; 0: no limit
 * @param burst most new connections at once, at least 1; 0 when {@code newPerSecond} is
 * @param around the same limits for the network around a source
 * @param exempt networks that are neither counted nor limited
 * @param maxEntries sources whose rate is kept, 8 to 10,000,000; 16 bytes each
 * @param dryRun whether to judge and count only, and refuse nobody
 */
public record SourceRules(int ipv4Prefix, int ipv6Prefix, int maxConnections, int newPerSecond, int burst,
        Around around,
        List<Prefix> exempt, int maxEntries, boolean dryRun) {
    /** Heap that a source's rate takes. */
    public static final int BYTES_PER_ENTRY = 16;
    /** Largest {@link #newPerSecond}. */
    public static final int MAX_RATE = 1_000_000;
    /** Largest {@link #burst}. */
    public static final int MAX_BURST = 10_000_000;
    /** Smallest {@link #maxEntries}. */
    public static final int MIN_ENTRIES = 8;
    /** Largest {@link #maxEntries}. */
    public static final int MAX_ENTRIES = 10_000_000;

    /**
     * The limits of a source, times a factor, for all sources of a larger network together.
     *
     * @param ipv4Prefix its bits, 1 to one less than the source's
     * @param ipv6Prefix its bits, 1 to one less than the source's
     * @param factor by how much more, 1 to 10,000; 0: no such limit, and the lengths do not matter
     */
    public record Around(int ipv4Prefix, int ipv6Prefix, int factor) {
        /** Largest {@link #factor}. */
        public static final int MAX_FACTOR = 10_000;
        /** No limit for the network around a source. */
        public static final Around OFF = new Around(0, 0, 0);

        /** Whether the networks around are the same, or both have none. */
        boolean hasSameNetworks(Around other) {
            return factor == 0
                    ? other.factor == 0
                    : other.factor > 0 && ipv4Prefix == other.ipv4Prefix && ipv6Prefix == other.ipv6Prefix;
        }
    }

    /**
     * Rules that hold together.
     *
     * @throws IllegalArgumentException for a number out of its range, a burst with no rate or a rate with no burst, or a network around that is not larger
     */
    public SourceRules {
        exempt = List.copyOf(exempt);
        require(ipv4Prefix >= 1 && ipv4Prefix <= 32, "ipv4Prefix");
        require(ipv6Prefix >= 1 && ipv6Prefix <= 128, "ipv6Prefix");
        require(maxConnections >= 0, "maxConnections");
        require(newPerSecond >= 0 && newPerSecond <= MAX_RATE, "newPerSecond");
        require(newPerSecond == 0 ? burst == 0 : burst >= 1 && burst <= MAX_BURST, "burst");
        require(maxEntries >= MIN_ENTRIES && maxEntries <= MAX_ENTRIES, "maxEntries");
        require(around.factor >= 0 && around.factor <= Around.MAX_FACTOR, "around.factor");
        require(around.factor == 0 || (around.ipv4Prefix >= 1 && around.ipv4Prefix < ipv4Prefix), "around.ipv4Prefix");
        require(around.factor == 0 || (around.ipv6Prefix >= 1 && around.ipv6Prefix < ipv6Prefix), "around.ipv6Prefix");
    }

    private static void require(boolean holds, String name) {
        if (!holds) {
            throw new IllegalArgumentException(name);
        }
    }

    /** The {@link #burst} of a rate for which none is written: twice the rate. */
    public static int defaultBurst(int newPerSecond) {
        return 2 * newPerSecond;
    }

    /** Whether anything is limited at all. */
    public boolean isLimiting() {
        return maxConnections > 0 || newPerSecond > 0;
    }
}
