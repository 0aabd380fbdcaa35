package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway is.
 *
 * <p>Immutable.
 *
 * @param reasons why no new clients should be sent to it; empty when it is ready
 * @param standbySince when an operator made it stand by; null while it is active
 * @param silentLoops event loops that were too busy to answer; their counts are old
 * @param maxRelays as many as may be open at once
 * @param ratesOverSeconds the time that all rates are of
 * @param needRestart changes of the configuration that require a restart
 * @param confirmBy when the configuration goes back to the one before unless it is confirmed; null when none waits
 * @param stateFileProblem why the operator's states are not kept over a restart although {@code stateFile} says so; null when
 *        they are, or need not be
 * @param blocks whom it turns away
 * @param events oldest first
 */
public record GatewayStatus(Instant at, String version, long pid, Instant startedAt, boolean alive, boolean stopping,
        boolean ready, List<String> reasons, @Nullable Instant standbySince, int eventLoops, int silentLoops,
        int openRelays, int maxRelays,
        @Decimals(1) double ratesOverSeconds, List<String> needRestart, @Nullable Instant confirmBy,
        @Nullable String stateFileProblem,
        List<ListenerStatus> listeners, List<PoolStatus> pools, BlockCount blocks, List<Event> events) {
    /**
     * How many blocks there are.
     *
     * @param nextEnd when the next of them ends by itself; null when none does
     */
    public record BlockCount(int count, @Nullable Instant nextEnd) {}

    /** What has happened. */
    public record Event(Instant at, String text) {}
}
