package io.vipgate.config;

import java.util.List;

/**
 * A valid configuration. <b>Immutable.</b>
 *
 * @param warnings what is allowed but doubtful, by line
 * @param text what was read
 */
public record Loaded(GatewayConfig config, List<Problem> warnings, String text) implements LoadResult {
    /** Keeps its own copies. */
    public Loaded {
        warnings = List.copyOf(warnings);
    }
}
