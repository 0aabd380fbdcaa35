package io.vipgate.admin.model;

import java.util.List;

/**
 * What rebalancing a pool closes, or would close.
 *
 * <p>Immutable.
 *
 * @param dryRun nothing was begun
 * @param aim {@code shares}, or {@code homes} where clients come back to where they were
 * @param relays of the pool
 * @param perSecond most that are closed in a second
 * @param close relays to close, about; 0 when there is nothing to do
 * @param seconds how long that takes, if the relays are idle
 * @param endpoints who loses some
 */
public record RebalanceResult(String pool, boolean dryRun, String aim, int relays, int perSecond, int close,
        int seconds,
        List<Giver> endpoints) {
    /**
     * An endpoint that loses relays.
     *
     * @param relays what it has
     * @param idle relays of those to close that are idle now
     */
    public record Giver(String label, int relays, int close, int idle) {}
}
