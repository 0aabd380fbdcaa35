package io.vipgate.control;

import io.vipgate.access.Block;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a state file says.
 *
 * <p>Immutable.
 *
 * @param byPool what is kept, by pool and endpoint
 * @param standbySince when the gateway became the one that stands by; empty when it has not
 * @param listeners those that take nobody, by name
 * @param blocks in the order of the file
 * @param unread lines that could not be read, each with its end, byte for byte as characters of ISO 8859-1
 * @param problems what is wrong with it, one line each; the first ten
 * @param problemCount how many there are
 */
public record KeptStates(Map<String, Map<String, Entry>> byPool, Optional<Instant> standbySince,
        Map<String, ListenerHold> listeners, List<Block> blocks, String unread,
        List<String> problems, int problemCount) {
    /** Nothing is kept. */
    static final KeptStates NONE = new KeptStates(Map.of(), Optional.empty(), Map.of(), List.of(), "", List.of(), 0);

    /**
     * One endpoint's.
     *
     * @param rest fields of its line that this version does not know, each with a space before it
     * @param contradicted whether a later line, kept as text, says something else of it
     */
    public record Entry(OperatorOverride override, String rest, boolean contradicted) {}

    /** The same but for the blocks, which are kept where they are in force. */
    KeptStates withoutBlocks() {
        return new KeptStates(byPool, standbySince, listeners, List.of(), unread, problems, problemCount);
    }

    /**
     * Whether an endpoint's line is to stay even when nothing is set: its unknown fields would be lost, or a later line that
     * contradicts it would hold in its place.
     */
    boolean needsLine(String pool, String endpoint) {
        Entry entry = byPool.getOrDefault(pool, Map.of()).get(endpoint);
        return entry != null && (!entry.rest().isEmpty() || entry.contradicted());
    }

    /** What is kept of a pool. */
    Map<String, OperatorOverride> overrides(String pool) {
        Map<String, OperatorOverride> overrides = new LinkedHashMap<>();
        byPool.getOrDefault(pool, Map.of()).forEach((endpoint, entry) -> overrides.put(endpoint, entry.override()));
        return overrides;
    }

    /** Fields of an endpoint's line that this version does not know. */
    String rest(String pool, String endpoint) {
        Entry entry = byPool.getOrDefault(pool, Map.of()).get(endpoint);
        return entry == null ? "" : entry.rest();
    }
}
