package io.vipgate.metrics;

import java.time.Instant;

/**
 * What became of reloads.
 *
 * <p>Immutable.
 *
 * @param applied reloads whose configuration holds
 * @param rejected reloads that were refused
 * @param lastSuccess when the present configuration began to hold, at the start or by a reload
 */
public record ReloadStats(long applied, long rejected, Instant lastSuccess) {}
