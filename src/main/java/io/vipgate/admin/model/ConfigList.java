package io.vipgate.admin.model;

import java.time.Instant;
import java.util.List;

/**
 * The configurations that have held.
 *
 * <p>Immutable.
 *
 * @param configurations the present one first, then those before it, the last one first
 */
public record ConfigList(List<Entry> configurations) {
    /** Keeps its own copy. */
    public ConfigList {
        configurations = List.copyOf(configurations);
    }

    /**
     * One of them.
     *
     * @param steps what {@code rollback} takes to come to it; 0 for the present one
     * @param since when it began to hold
     */
    public record Entry(int steps, Instant since) {}
}
