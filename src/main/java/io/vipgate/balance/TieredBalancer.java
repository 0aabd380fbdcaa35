package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import io.vipgate.pool.PoolSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks one balancer per tier of a snapshot, best tier first.
 *
 * <p>Confined to one event loop.
 */
public final class TieredBalancer {
    private final Balancer[] tiers;
    private final int lastResort;

    /**
     * Makes the balancers of a snapshot.
     *
     * @param turns what those of the snapshot before have remembered
     */
    public TieredBalancer(PoolSnapshot snapshot, BalancerFactory factory, Turns turns) {
        List<List<Candidate>> candidates = snapshot.tiers();
        tiers = new Balancer[candidates.size()];
        for (int i = 0; i < tiers.length; i++) {
            tiers[i] = factory.over(candidates.get(i));
            tiers[i].recall(turns);
        }
        lastResort = snapshot.lastResort();
    }

    /** Whether its rule compares the load of endpoints; false while there is nothing to choose from. */
    public boolean isByLoad() {
        return tiers.length > 0 && tiers[0].isByLoad();
    }

    /** Leaves behind what the balancers of the next snapshot are to go on with. */
    public void remember(Turns turns) {
        for (Balancer tier : tiers) {
            tier.remember(turns);
        }
    }

    /**
     * Picks an endpoint.
     *
     * @return a usable candidate of the first tier that has one; null when none has
     */
    public @Nullable Candidate select(SelectionContext context) {
        for (Balancer tier : tiers) {
            Candidate selected = tier.select(context);
            if (selected != null) {
                return selected;
            }
        }
        return null;
    }

    /**
     * Picks an endpoint for an attempt that no other will follow: of those that are DOWN, a backup before a primary.
     *
     * @return null when no tier has a usable candidate
     */
    public @Nullable Candidate selectLast(SelectionContext context) {
        for (int i = 0; i < lastResort - 1; i++) {
            Candidate selected = tiers[i].select(context);
            if (selected != null) {
                return selected;
            }
        }
        Candidate backup = lastResort < 0 ? null : tiers[lastResort].select(context);
        return backup == null ? select(context) : backup;
    }
}
