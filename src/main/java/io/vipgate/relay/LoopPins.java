package io.vipgate.relay;

import io.vipgate.pinning.Pin;
import io.vipgate.pinning.PinKey;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A pool's pins as one event loop sees them: a key of its own to look up with.
 *
 * <p>Confined to its event loop.
 */
final class LoopPins {
    private final PinKey key = new PinKey();
    private final PoolCounts counts;
    private final Predicate<Endpoint> isWell;
    private @Nullable PinTable table;

    /**
     * Makes one for a pool that does not pin.
     *
     * @param isWell whether an endpoint takes clients, as long as it has room
     */
    LoopPins(PoolCounts counts, Predicate<Endpoint> isWell) {
        this.counts = counts;
        this.isWell = isWell;
    }

    void configure(@Nullable PinTable newTable) {
        table = newTable;
    }

    long ttlNanos() {
        return table == null ? 0 : table.ttlNanos();
    }

    @Nullable
    Pin find(long high, long low) {
        return table == null ? null : table.find(key, high, low);
    }

    /** Pins a client that was not found just now; null when the pool does not pin. */
    @Nullable
    Pin pin(Endpoint endpoint) {
        return table == null ? null : table.pin(key, endpoint);
    }

    void onHit() {
        counts.onPinHit();
    }

    void onMiss() {
        counts.onPinMiss();
    }

    /** A connection of the client that was looked up last begins. */
    void onOpened(Pin pin, boolean isRenewed) {
        if (table != null) {
            table.onOpened(key, pin, isRenewed);
        }
    }

    void onMoved(long high, long low, Pin pin, Endpoint from, Endpoint to) {
        if (table != null) {
            table.move(key, high, low, pin, from, to, from.isFull() && isWell.test(from));
        }
    }

    void onClosed(long high, long low, Pin pin, @Nullable EndpointState state) {
        if (table != null) {
            table.onClosed(key, high, low, pin, state);
        }
    }
}
