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
 */
public record PoolPlan(RelaySettings settings, BalancerFactory factory, @Nullable PinTable pins) {}
