package io.vipgate.telemetry;

import io.vipgate.control.ListenerRegistry;
import io.vipgate.control.ManagedPool;
import io.vipgate.control.PoolRegistry;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.PoolSnapshot;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Makes history of the counters' samples: rates between one and the next, and connections at that moment.
 *
 * <p>Confined to the thread that samples.
 */
public final class HistoryRecorder implements Consumer<TotalsSample> {
    /** One that follows the last so closely, since that was late, is left out. */
    private static final long MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(History.EVERY_MILLIS / 2);

    private final History history;
    private final PoolRegistry pools;
    private final ListenerRegistry listeners;
    private final InstantSource clock;
    /** Counters begin at zero when the gateway does. */
    private TotalsSample last = new TotalsSample(System.nanoTime(), Map.of(), Map.of(), Map.of());

    /** Makes a recorder; {@code clock} gives the time that each sample is told to be of. */
    public HistoryRecorder(History history, PoolRegistry pools, ListenerRegistry listeners, InstantSource clock) {
        this.history = history;
        this.pools = pools;
        this.listeners = listeners;
        this.clock = clock;
    }

    @Override
    public void accept(TotalsSample now) {
        TotalsSample before = last;
        if (now.at() - before.at() >= MIN_NANOS) {
            history.add(clock.millis(), listeners(before, now), endpoints(before, now));
            last = now;
        }
    }

    private History.Rows listeners(TotalsSample before, TotalsSample now) {
        float seconds = seconds(before, now);
        Map<List<String>, float[]> rows = new LinkedHashMap<>();
        for (ListenerRegistry.Present listener : listeners.present()) {
            ListenerTotals is = now.of(listener.name());
            ListenerTotals was = before.of(listener.name());
            rows.put(List.of(listener.name()), new float[]{rate(is.accepted() - was.accepted(), seconds),
                rate(is.refused() - was.refused(), seconds), listener.limit().present()});
        }
        return new History.Rows(History.Kind.LISTENERS, rows);
    }

    private History.Rows endpoints(TotalsSample before, TotalsSample now) {
        float seconds = seconds(before, now);
        Map<List<String>, float[]> rows = new LinkedHashMap<>();
        for (ManagedPool pool : pools.all()) {
            for (PoolSnapshot.Member member : pool.pool().snapshot().members()) {
                Endpoint endpoint = member.endpoint();
                EndpointTotals done = now.of(endpoint).minus(before.of(endpoint));
                rows.put(List.of(pool.pool().name(), endpoint.label()),
                        new float[]{rate(done.connected(), seconds), rate(done.failed(), seconds),
                            rate(done.toBackend(), seconds), rate(done.toClient(), seconds),
                            endpoint.connections()});
            }
        }
        return new History.Rows(History.Kind.ENDPOINTS, rows);
    }

    private static float seconds(TotalsSample before, TotalsSample now) {
        return (now.at() - before.at()) / 1e9f;
    }

    /** A counter that began anew tells nothing. */
    private static float rate(long count, float seconds) {
        return Math.max(0, count) / seconds;
    }
}
