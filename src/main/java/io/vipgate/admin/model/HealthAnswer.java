package io.vipgate.admin.model;

/**
 * Whether the gateway works.
 *
 * <p>Immutable.
 */
public record HealthAnswer(boolean alive) {}
