package io.vipgate.admin.model;

/**
 * How many blocks were lifted.
 *
 * <p>Immutable.
 */
public record LiftedBlocks(int lifted) {}
