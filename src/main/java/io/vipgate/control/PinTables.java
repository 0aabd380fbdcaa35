package io.vipgate.control;

import io.vipgate.config.PinBy;
import io.vipgate.config.PoolConfig;
import io.vipgate.metrics.PinStats;
import io.vipgate.pinning.PinTable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of a pool's pins, and what was counted of those that it replaced.
 *
 * <p>Thread-safe for whoever looks; changed on the control thread alone.
 */
final class PinTables {
    private final String pool;
    private volatile @Nullable PinTable present;
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

    /**
     * Applies a configuration: new bounds for the table, or another one when clients are told apart in another way.
     *
     * @return the table that is no longer used, to be closed once no loop has it
     */
    Optional<PinTable> apply(PoolConfig config) {
        PinTable before = present;
        if (before != null && isWanted(config) && before.prefix().equals(ConfigMapping.pinPrefix(config))) {
            before.bounds(config.pinning().ttl().toNanos(), config.pinning().maxEntries());
            return Optional.empty();
        }
        present = isWanted(config) ? make(config) : null;
        return Optional.ofNullable(before);
    }

    /** Closes a table that was replaced; what it counted is kept. */
    void close(PinTable old) {
        replaced = replaced.plus(old);
        old.close();
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
