package io.vipgate.control;

import io.vipgate.probe.HealthMonitor;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.RelayInfo;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Tells the health monitor of a pool which relays their endpoint did not take.
 *
 * <p>Thread-safe: called on the event loops.
 */
public final class LiveFailures implements Consumer<RelayInfo> {
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
    public void accept(RelayInfo relay) {
        LoopEndpoint failed = relay.endpoint();
        HealthMonitor monitor = monitors.get(relay.pool().name());
        if (failed != null && monitor != null) {
            monitor.onLiveFailure(failed.endpoint());
        }
    }
}
