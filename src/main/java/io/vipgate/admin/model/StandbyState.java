package io.vipgate.admin.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether the gateway stands by.
 *
 * <p>Immutable.
 *
 * @param since when that began; null when it is active
 */
public record StandbyState(boolean standby, @Nullable Instant since) {}
