package io.vipgate.access;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The sources that have connections open, and how many. Its size is bounded by the connections.
 *
 * <p>Thread-safe.
 */
final class OpenTable {
    private final ConcurrentMap<SourceKey, OpenCount> counts = new ConcurrentHashMap<>();

    /**
     * Counts one more connection.
     *
     * @param most as many as there may be, at least 1
     * @return null if there are that many
     */
    @Nullable
    OpenCount acquire(SourceKey source, long most) {
        OpenCount count = counts.get(source);
        while (true) {
            if (count == null) {
                OpenCount first = new OpenCount(this, source.copy());
                count = counts.putIfAbsent(first.source(), first);
                if (count == null) {
                    return first;
                }
            }
            if (count.tryIncrement(most)) {
                return count;
            }
            if (count.open() > 0) {
                return null;
            }
            // Its last connection has just ended.
            remove(count);
            count = counts.get(source);
        }
    }

    void remove(OpenCount count) {
        boolean _ = counts.remove(count.source(), count);
    }

    /** How many a source has. */
    int open(SourceKey source) {
        OpenCount count = counts.get(source);
        return count == null ? 0 : count.open();
    }

    /** Those that there are; others change it meanwhile. */
    Collection<OpenCount> all() {
        return counts.values();
    }
}
