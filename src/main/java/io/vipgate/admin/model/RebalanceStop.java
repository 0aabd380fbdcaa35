package io.vipgate.admin.model;

/**
 * Whether a rebalancing was under way, and has ended.
 *
 * <p>Immutable.
 */
public record RebalanceStop(String pool, boolean stopped) {}
