package io.vipgate.control;

import io.vipgate.loops.LiveConnects;
import io.vipgate.probe.HealthMonitor;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.RelayInfo;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells the health monitor of a pool which endpoints did not take relays, or not as soon as others.
 *
 * <p>Thread-safe: called on the event loops.
 */
public final class LiveFailures implements LiveConnects {
    private final Map<String, HealthMonitor> monitors = new ConcurrentHashMap<>();

    /** Makes one that knows no pool yet: its failures are not told to anybody. */
    public LiveFailures() {}

    void add(String pool, HealthMonitor monitor) {
        monitors.put(pool, monitor);
    }

    void remove(String pool) {
        monitors.remove(pool);
    }

    @Override
    public void onFailed(RelayInfo relay) {
        tell(relay, relay.endpoint(), "a connect of live traffic failed");
    }

    @Override
    public void onOvertaken(RelayInfo relay, LoopEndpoint loser) {
        tell(relay, loser, "connects of live traffic to others that began later were faster");
    }

    private void tell(RelayInfo relay, @Nullable LoopEndpoint endpoint, String cause) {
        HealthMonitor monitor = monitors.get(relay.pool().name());
        if (endpoint != null && monitor != null) {
            monitor.onLiveFailure(endpoint.endpoint(), cause);
        }
    }
}
