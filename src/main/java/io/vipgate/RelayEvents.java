package io.vipgate;

import io.vipgate.probe.HealthMonitor;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayLog;
import io.vipgate.relay.RelayObserver;
import io.vipgate.relay.CloseReason;
import java.util.Map;

/**
 * Passes what happens to relays on: to the log, and failed connects to the monitor of their pool. A fault of this machine
 * never counts against an endpoint.
 *
 * <p>Thread-safe.
 */
final class RelayEvents implements RelayObserver {
    private final Map<String, HealthMonitor> monitors;
    private final RelayLog log = new RelayLog();

    RelayEvents(Map<String, HealthMonitor> monitors) {
        this.monitors = Map.copyOf(monitors);
    }

    @Override
    public void onConnectFailed(Relay relay, ConnectFailure failure) {
        LoopEndpoint endpoint = relay.endpoint();
        HealthMonitor monitor = monitors.get(relay.listener().pool().name());
        if (failure != ConnectFailure.LOCAL && endpoint != null && monitor != null) {
            monitor.onLiveFailure(endpoint.endpoint());
        }
    }

    @Override
    public void onClosed(Relay relay, CloseReason reason) {
        log.onClosed(relay, reason);
    }
}
