package io.vipgate.admin.model;

/**
 * How many pins were forgotten.
 *
 * <p>Immutable.
 */
public record ForgottenPins(long forgotten) {}
