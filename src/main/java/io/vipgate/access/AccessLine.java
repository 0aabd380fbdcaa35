package io.vipgate.access;

/**
 * An entry of the configuration and where it stands.
 *
 * <p>Immutable.
 *
 * @param entry what is written
 * @param origin where, such as {@code gateway.yaml:12}
 */
public record AccessLine(AccessEntry entry, String origin) {}
