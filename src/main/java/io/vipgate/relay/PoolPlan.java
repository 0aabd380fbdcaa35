package io.vipgate.relay;

import io.vipgate.balance.BalancerFactory;
import io.vipgate.pinning.PinTable;
import org.jspecify.annotations.Nullable;

/**
 * How a pool works, as the configuration has it now; a reload brings another one.
 *
 * <p>Immutable.
 *
 * @param settings how its relays are made and bounded
 * @param factory its rule
 * @param pins its pins, shared by all loops; null when it does not pin
 * @param transparent how endpoints are connected to from the client's address; null when they are not
 * @param connect bounds on how endpoints are connected to
 */
public record PoolPlan(RelaySettings settings, BalancerFactory factory, @Nullable PinTable pins,
        @Nullable TransparentSource transparent, ConnectRules connect) {
    /** A plan without bounds on connects. */
    public PoolPlan(RelaySettings settings, BalancerFactory factory, @Nullable PinTable pins,
            @Nullable TransparentSource transparent) {
        this(settings, factory, pins, transparent, ConnectRules.NONE);
    }

    /** A plan whose endpoints are connected to from the gateway's addresses, without bounds. */
    public PoolPlan(RelaySettings settings, BalancerFactory factory, @Nullable PinTable pins) {
        this(settings, factory, pins, null, ConnectRules.NONE);
    }
}
