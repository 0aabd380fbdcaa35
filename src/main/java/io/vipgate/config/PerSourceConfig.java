package io.vipgate.config;

import io.vipgate.access.Prefix;
import java.util.List;
import java.util.Optional;

/**
 * What one client may take of a listener: {@code listeners.L.perSource}. <b>Immutable.</b>
 *
 * @param burst empty: twice {@code newPerSecond}
 * @param around empty: none
 */
public record PerSourceConfig(
        @Key(byDefault = "32", min = "8", max = "32", doc = "how much of an IPv4 address is one source") int ipv4Prefix,
        @Key(byDefault = "64", min = "16", max = "128", doc = "how much of an IPv6 address is one source") int ipv6Prefix,
        @Key(byDefault = "0", min = "0", doc = "open connections of one source, exact over all event loops; 0: no limit") int maxConnections,
        @Key(byDefault = "0", min = "0", max = "1000000", doc = "new connections of one source a second, sustained; 0: no "
                + "limit") int newPerSecond,
        @Key(min = "1", max = "10000000", shown = "twice newPerSecond", doc = "new connections that a source may begin at once") Optional<Integer> burst,
        @Key(shown = "off", doc = "the same limits, times `factor`, for the network around each source") Optional<Around> around,
        @Key(doc = "networks without limits") List<Prefix> exempt,
        @Key(byDefault = "100000", min = "1000", max = "10000000", doc = "sources whose rates are remembered, 16 bytes each") int maxEntries,
        @Key(byDefault = "false", doc = "refuses nobody, and counts who would have been refused in "
                + "`vipgate_listener_would_refuse_total`") boolean dryRun) {
    /** Keeps its own copy. */
    public PerSourceConfig {
        exempt = List.copyOf(exempt);
    }

    /**
     * The network around a source. <b>Immutable.</b>
     */
    public record Around(
            @Key(byDefault = "24", min = "1", max = "31", doc = "shorter than `perSource.ipv4Prefix`") int ipv4Prefix,
            @Key(byDefault = "48", min = "1", max = "127", doc = "shorter than `perSource.ipv6Prefix`") int ipv6Prefix,
            @Key(byDefault = "8", min = "0", max = "10000", doc = "times the limits of one source; 0: off") int factor) {}
}
