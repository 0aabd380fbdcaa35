package io.vipgate.access;

import java.util.Comparator;

/**
 * How much of its limits a source uses, or the network around sources.
 *
 * <p>Immutable.
 *
 * @param source its network
 * @param isAround whether that is the network around sources, whose limits are larger
 * @param open its open connections; 0 when they are not counted
 * @param maxConnections how many it may have; 0: no limit
 * @param tokens new connections that it may make at once; 0 when rates are not limited
 * @param burst how many when it has made none for long; 0: no limit
 * @param refused its connections that were refused, or would have been but for a dry run; those of sources that are refused seldom
 *     are forgotten
 */
public record SourceUse(Prefix source, boolean isAround, int open, long maxConnections, double tokens, long burst,
        long refused) {
    /** Those that are nearest to a limit come first, of these those that were refused most. */
    public static final Comparator<SourceUse> MOST_FIRST = Comparator.comparingDouble(SourceUse::share).reversed()
            .thenComparing(Comparator.comparingLong(SourceUse::refused).reversed())
            .thenComparing(Comparator.comparingInt(SourceUse::open).reversed()).thenComparing(SourceUse::source);

    /** How much it uses of that limit of which it uses most: 1 at the limit, more in a dry run. */
    public double share() {
        double ofConnections = maxConnections == 0 ? 0 : (double) open / maxConnections;
        double ofRate = burst == 0 ? 0 : (burst - Math.floor(tokens)) / burst;
        return Math.max(ofConnections, ofRate);
    }
}
