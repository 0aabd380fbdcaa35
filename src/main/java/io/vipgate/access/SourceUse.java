package io.vipgate.access;

/**
 * How much of its limits a source uses.
 *
 * <p>Immutable.
 *
 * @param prefix the source
 * @param open its open connections; 0 when they are not counted
 * @param maxConnections how many it may have; 0: no limit
 * @param tokens new connections that it may make at once; 0 when rates are not limited
 * @param burst how many when it has made none for long; 0: no limit
 * @param refused connections refused of it lately, or that would be in a dry run; sources that are refused most are kept, so it may be less than all
 */
public record SourceUse(Prefix prefix, int open, int maxConnections, double tokens, int burst, long refused) {}
