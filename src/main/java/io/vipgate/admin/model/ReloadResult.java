package io.vipgate.admin.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reload has changed.
 *
 * <p>Immutable.
 *
 * @param needRestart changes that require a restart
 * @param confirmBy when the configuration goes back to the one before unless it is confirmed; null when it stays
 */
public record ReloadResult(List<String> changes, List<String> needRestart, @Nullable Instant confirmBy) {}
