package io.vipgate.control;

import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gives endpoints that come back their share of new connections little by little, in {@link EndpointState#FULL_RAMP}
 * equal steps.
 *
 * <p>Confined to the control thread.
 */
final class SlowStart {
    private final Pool pool;
    private final ScheduledExecutorService control;
    private final Map<Endpoint, Future<?>> running = new HashMap<>();

    SlowStart(Pool pool, ScheduledExecutorService control) {
        this.pool = pool;
        this.control = control;
    }

    /**
     * An endpoint is back.
     *
     * @param nanos time until it has its whole share; 0 for at once
     */
    void begin(Endpoint endpoint, long nanos) {
        cancel(endpoint);
        if (nanos > 0) {
            step(endpoint, 1, Math.max(1, nanos / EndpointState.FULL_RAMP));
        }
    }

    private void step(Endpoint endpoint, int ramp, long stepNanos) {
        publish(endpoint, ramp);
        if (ramp < EndpointState.FULL_RAMP) {
            running.put(endpoint, control.schedule(() -> step(endpoint, ramp + 1, stepNanos), stepNanos,
                    TimeUnit.NANOSECONDS));
        } else {
            running.remove(endpoint);
        }
    }

    /** It went again, or is no longer to be slowed: what is left of its ramp is void. */
    void cancel(Endpoint endpoint) {
        Future<?> next = running.remove(endpoint);
        if (next != null) {
            next.cancel(false);
            publish(endpoint, EndpointState.FULL_RAMP);
        }
    }

    private void publish(Endpoint endpoint, int ramp) {
        pool.publish(pool.snapshot().with(endpoint, state -> state.toRamp(ramp)));
    }
}
