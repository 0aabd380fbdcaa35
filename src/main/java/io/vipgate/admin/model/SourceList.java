package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sources that are nearest to a limit of {@code perSource} or over it, those first.
 *
 * <p>Immutable.
 */
public record SourceList(List<Entry> sources) {
    /**
     * A source at a listener, or the network around sources.
     *
     * @param around whether it is the network around sources, whose limits are those times the factor
     * @param used how much it uses of that limit of which it uses most, in percent; above 100 in a dry run only
     * @param open its open connections; 0 where they are not limited
     * @param maxConnections how many it may have; null where they are not limited
     * @param tokens new connections that it may make now; null where their rate is not limited
     * @param burst how many after a pause; null where their rate is not limited
     * @param refused connections refused so far, or that would have been but for a dry run, as far as is known
     * @param dryRun whether nobody is refused
     */
    public record Entry(String listener, String source, boolean around, int used, int open,
            @Nullable Long maxConnections, @Decimals(1) @Nullable Double tokens, @Nullable Long burst, long refused,
            boolean dryRun) {}
}
