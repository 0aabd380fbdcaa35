package io.vipgate.config;

import java.util.List;

/**
 * A configuration with mistakes. <b>Immutable.</b>
 *
 * @param problems all of them, at least one, by line
 */
public record Rejected(List<Problem> problems) implements LoadResult {
    /** Keeps its own copy. */
    public Rejected {
        problems = List.copyOf(problems);
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("rejected without a problem");
        }
    }
}
