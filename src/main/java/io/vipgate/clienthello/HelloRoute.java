package io.vipgate.clienthello;

import org.jspecify.annotations.Nullable;

/**
 * Where a ClientHello leads.
 *
 * <p>Immutable.
 *
 * @param result what has decided
 * @param entry the name, wildcard or protocol of the table that has decided; empty when none has
 * @param target null when no entry has decided
 * @param <T> what entries lead to
 */
public record HelloRoute<T>(HelloResult result, String entry, @Nullable T target) {}
