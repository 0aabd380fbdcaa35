package io.vipgate.metrics;

import io.vipgate.relay.ListenerState;
import io.vipgate.relay.LoopCounts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * All that is counted in a gateway, at one moment.
 *
 * <p>Immutable.
 *
 * @param loops what all event loops together have counted
 * @param listeners the pools that clients of each listener of the configuration may get
 * @param listenerStates what the operator wants of each listener of the configuration
 * @param pools the pools of the configuration
 * @param reloads what became of reloads
 * @param loopLagNanos how long each event loop lets a task wait
 * @param listenOverflows the kernel's count of clients that found an accept queue full; empty when it does not tell
 * @param accessLogDropped lines that found no place in the access log
 * @param logDropped lines that found no place in the gateway's own log
 * @param blocks how many clients and networks are blocked
 * @param routingListeners listeners whose clients are led by their ClientHello
 * @param sourceEvictions of each listener that limits the rate of sources: how often its table had no room
 * @param isStandby whether it stands by
 * @param statesKept whether the operator's states are kept over restarts; empty when they need not be
 */
public record GatewayStats(LoopCounts loops, Map<String, Set<String>> listeners,
        Map<String, ListenerState> listenerStates, List<PoolStats> pools,
        ReloadStats reloads, List<Long> loopLagNanos, OptionalLong listenOverflows,
        long accessLogDropped, long logDropped, int blocks, Set<String> routingListeners,
        Map<String, Long> sourceEvictions,
        boolean isStandby, Optional<Boolean> statesKept) {}
