package io.vipgate.admin.model;

import java.util.List;

/**
 * What a reload has changed.
 *
 * <p>Immutable.
 *
 * @param needRestart changes that require a restart
 */
public record ReloadResult(List<String> changes, List<String> needRestart) {}
