package io.vipgate.gateway;

import io.vipgate.accesslog.AccessLog;
import io.vipgate.control.ControlThread;
import io.vipgate.control.HostResolver;
import io.vipgate.control.ListenerRegistry;
import io.vipgate.control.PoolRegistry;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.loops.LoopHeartbeat;
import io.vipgate.neighbour.CoLocationWatch;
import io.vipgate.pool.ConnectionLimit;

/**
 * What a gateway is made of; it closes all of it at its end.
 *
 * <p>Immutable.
 *
 * @param relayLimit places that the process has descriptors for
 */
public record GatewayParts(ControlThread control, EventLoopSet loops, PoolRegistry pools, ListenerRegistry listeners,
        HostResolver resolver, AccessLog accessLog, LoopHeartbeat heartbeat, CoLocationWatch neighbours,
        ConnectionLimit relayLimit) {}
