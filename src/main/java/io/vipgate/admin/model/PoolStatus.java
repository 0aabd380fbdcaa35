package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import io.vipgate.json.OmitNull;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a pool is.
 *
 * <p>Immutable.
 *
 * @param pins null when the pool does not pin
 * @param clientAddress null when the pool does not connect from clients' addresses
 * @param connect null when the pool neither hedges nor bounds retries or connects under way
 * @param rebalance how it stands with the shares of its relays
 * @param sharedMachines machines that answer for more than one address of the pool
 * @param pairs every two endpoints, in pools of few
 */
public record PoolStatus(String name, String balance, String probe, List<EndpointStatus> endpoints,
        @OmitNull @Nullable Pins pins, @OmitNull @Nullable ClientAddress clientAddress,
        @OmitNull @Nullable ConnectStatus connect, Rebalance rebalance,
        List<SharedMachine> sharedMachines, List<Pair> pairs) {
    /** What a pool has pinned. */
    public record Pins(long count, long moves, long evictions) {}

    /**
     * How it stands with its rebalancing.
     *
     * @param when {@code never}, {@code recovery} or {@code always}
     * @param aim {@code shares}, or {@code homes} where clients come back to where they were
     * @param skew greatest ratio of what an endpoint has to what it should have; 1 when all have that
     * @param state {@code off}, {@code watching}, {@code waiting}, {@code running} or {@code stopped}
     * @param why what it waits for, or why it has stopped
     * @param closed relays that were closed since it began
     * @param left relays that are still to be closed, about
     * @param leftSeconds how long that takes, about
     */
    public record Rebalance(String when, String aim, @Decimals(2) double skew, String state,
            @OmitNull @Nullable String why,
            long closed, long left, @Decimals(0) double leftSeconds) {}

    /**
     * How endpoints are connected to from clients' addresses.
     *
     * @param mode {@code prefer} or {@code require}
     * @param permitted whether the process may
     * @param noReturn endpoints whose answers do not come back
     */
    public record ClientAddress(String mode, boolean permitted, List<NoReturn> noReturn) {}

    /**
     * An endpoint that answers probes, and not connections from clients' addresses.
     *
     * @param nextTry when one connection tries it again
     */
    public record NoReturn(String endpoint, Instant nextTry) {}

    /**
     * A machine that answers for several addresses.
     *
     * @param machine its hardware address and the interface it is seen on
     */
    public record SharedMachine(String machine, List<String> endpoints, Instant since) {}

    /**
     * Whether two endpoints are one machine.
     *
     * @param state {@code co-located}, {@code separate} or {@code unknown}
     */
    public record Pair(List<String> endpoints, String state, Instant since) {}
}
