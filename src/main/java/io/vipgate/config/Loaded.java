package io.vipgate.config;

import java.util.List;

/**
 * A valid configuration. <b>Immutable.</b>
 *
 * @param warnings what is allowed but doubtful, by line
 */
public record Loaded(GatewayConfig config, List<Problem> warnings) implements LoadResult {
    /** Keeps its own copies. */
    public Loaded {
        warnings = List.copyOf(warnings);
    }
}
