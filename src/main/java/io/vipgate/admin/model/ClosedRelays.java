package io.vipgate.admin.model;

/**
 * How many relays were closed.
 *
 * <p>Immutable.
 */
public record ClosedRelays(int closed) {}
