package io.vipgate.config;

import java.util.List;

/**
 * A valid configuration. <b>Immutable.</b>
 *
 * @param warnings what is allowed but doubtful, by line
 * @param pendingKeys paths that the file writes and whose behaviour this version does not have, in file order; of
 * nested ones the outermost
 */
public record Loaded(GatewayConfig config, List<Problem> warnings, List<String> pendingKeys) implements LoadResult {
    /** Keeps its own copies. */
    public Loaded {
        warnings = List.copyOf(warnings);
        pendingKeys = List.copyOf(pendingKeys);
    }
}
