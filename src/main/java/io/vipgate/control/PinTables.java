package io.vipgate.control;

import io.vipgate.config.PinBy;
import io.vipgate.config.PoolConfig;
import io.vipgate.metrics.PinStats;
import io.vipgate.pinning.PinTable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of a pool's pins, and what was counted of those that it replaced. Until a change is finished the table before is
 * kept as it was, so that one that is taken back finds its pins again.
 *
 * <p>Thread-safe for whoever looks; changed on the control thread alone.
 */
final class PinTables {
    private final String pool;
    private volatile @Nullable PinTable present;
    /** What the change that is under way has replaced. */
    private @Nullable PinTable before;
    /** Of tables that were replaced. */
    private volatile PinStats replaced = PinStats.NONE;

    PinTables(String pool, PoolConfig config) {
        this.pool = pool;
        present = isWanted(config) ? make(config) : null;
    }

    private static boolean isWanted(PoolConfig config) {
        return config.pinning().by() != PinBy.NONE;
    }

    private PinTable make(PoolConfig config) {
        return new PinTable(pool, ConfigMapping.pinPrefix(config), config.pinning().ttl().toNanos(),
                config.pinning().maxEntries());
    }

    /** The table; null when the pool does not pin. */
    @Nullable
    PinTable present() {
        return present;
    }

    /** Begins a change, or takes it back: another table when clients are told apart in another way. */
    void apply(PoolConfig config) {
        if (!isFor(present, config)) {
            // Made first: that may fail.
            PinTable next = isFor(before, config) ? before : isWanted(config) ? make(config) : null;
            before = present;
            present = next;
        }
    }

    private static boolean isFor(@Nullable PinTable table, PoolConfig config) {
        return table == null
                ? !isWanted(config)
                : isWanted(config) && table.prefix().equals(ConfigMapping.pinPrefix(config));
    }

    /** The change stays as it is, and no loop has the table before: new bounds hold. What that one counted is kept. */
    void finish(PoolConfig config) {
        PinTable bounded = present;
        if (bounded != null) {
            bounded.bounds(config.pinning().ttl().toNanos(), config.pinning().maxEntries());
        }
        PinTable old = before;
        if (old != null) {
            before = null;
            replaced = replaced.plus(old);
            old.close();
        }
    }

    /** What was counted of the pins; empty when the pool does not pin. */
    Optional<PinStats> stats() {
        return Optional.ofNullable(present).map(table -> {
            table.cleanUp();
            return replaced.plus(table);
        });
    }

    void close() {
        PinTable last = present;
        if (last != null) {
            last.close();
        }
    }
}
