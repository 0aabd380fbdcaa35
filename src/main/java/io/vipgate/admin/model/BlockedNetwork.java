package io.vipgate.admin.model;

/**
 * What became of a call that blocks a network.
 *
 * <p>Immutable.
 *
 * @param closed open relays that were reset
 * @param kept whether the block survives a restart
 */
public record BlockedNetwork(BlockList.Entry block, int closed, boolean kept) {}
