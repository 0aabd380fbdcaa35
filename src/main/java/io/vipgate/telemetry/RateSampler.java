package io.vipgate.telemetry;

import io.vipgate.loops.EventLoopSet;
import io.vipgate.loops.LoopContext;
import io.vipgate.pool.Endpoint;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.LoopPool;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the loops have counted, now and a little while ago, so that rates can be told. Each loop is asked every two seconds to
 * copy its counters; one that is too busy to answer counts with what it said last.
 *
 * <p>Thread-safe.
 */
public final class RateSampler {
    /** Time from one sample to the next. */
    public static final Duration EVERY = Duration.ofSeconds(2);

    private static final long MAX_WAIT_MILLIS = 500;
    /** Others wait for the thread that samples. */
    private static final long MAX_SAMPLE_WAIT_MILLIS = 50;
    /** Rates are means over the time of so many samples. */
    private static final int SAMPLES = 5;

    private final EventLoopSet loops;
    private final Consumer<TotalsSample> onSample;
    private final AtomicReferenceArray<@Nullable TotalsSample> lastOfLoop;
    private final ArrayDeque<TotalsSample> past = new ArrayDeque<>();

    /**
     * Counters now, and where they stood when the time of the rates began.
     *
     * @param silentLoops loops that were too busy to say theirs
     */
    public record View(TotalsSample before, TotalsSample now, int silentLoops) {
        public double seconds() {
            return Math.max(0.001, (now.at() - before.at()) / 1e9);
        }
    }

    /**
     * Makes a sampler.
     *
     * @param onSample is told every sample, on the thread that samples
     */
    public RateSampler(EventLoopSet loops, Consumer<TotalsSample> onSample) {
        this.loops = loops;
        this.onSample = onSample;
        lastOfLoop = new AtomicReferenceArray<>(loops.count());
        past.add(new TotalsSample(System.nanoTime(), Map.of(), Map.of(), Map.of()));
    }

    /** Takes a sample; a twentieth of a second is waited for the loops at most. To be done by one thread, each {@link #EVERY}. */
    public void sample() {
        try {
            TotalsSample sample = collect(new int[1], MAX_SAMPLE_WAIT_MILLIS);
            synchronized (past) {
                past.addLast(sample);
                if (past.size() > SAMPLES + 1) {
                    past.removeFirst();
                }
            }
            onSample.accept(sample);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the loops; takes no longer than half a second, whatever they do. */
    public View look() throws InterruptedException {
        int[] silent = {0};
        TotalsSample now = collect(silent, MAX_WAIT_MILLIS);
        synchronized (past) {
            return new View(past.getFirst(), now, silent[0]);
        }
    }

    private TotalsSample collect(int[] silent, long maxWaitMillis) throws InterruptedException {
        List<CompletableFuture<TotalsSample>> answers = new ArrayList<>();
        for (int i = 0; i < loops.count(); i++) {
            answers.add(new CompletableFuture<>());
        }
        loops.tell(context -> answers.get(context.number()).complete(copy(context)));
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxWaitMillis);
        Map<Endpoint, EndpointTotals> endpoints = new HashMap<>();
        Map<String, ListenerTotals> listeners = new HashMap<>();
        Map<String, PoolTotals> pools = new HashMap<>();
        for (int i = 0; i < answers.size(); i++) {
            TotalsSample sample = await(answers.get(i), deadline);
            if (sample == null) {
                silent[0]++;
                sample = lastOfLoop.get(i);
            } else {
                lastOfLoop.set(i, sample);
            }
            if (sample != null) {
                sample.endpoints()
                        .forEach((endpoint, counts) -> endpoints.merge(endpoint, counts, EndpointTotals::plus));
                sample.listeners()
                        .forEach((listener, counts) -> listeners.merge(listener, counts, ListenerTotals::plus));
                sample.pools().forEach((pool, counts) -> pools.merge(pool, counts, PoolTotals::plus));
            }
        }
        return new TotalsSample(System.nanoTime(), endpoints, listeners, pools);
    }

    private static @Nullable TotalsSample await(CompletableFuture<TotalsSample> answer, long deadline)
            throws InterruptedException {
        try {
            return answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TotalsSample copy(LoopContext context) {
        Map<Endpoint, EndpointTotals> endpoints = new HashMap<>();
        Map<String, PoolTotals> pools = new HashMap<>();
        for (LoopPool pool : context.pools().values()) {
            pools.put(pool.name(), PoolTotals.of(pool));
            for (LoopEndpoint endpoint : pool.endpoints()) {
                endpoints.put(endpoint.endpoint(), EndpointTotals.of(endpoint));
            }
        }
        Map<String, ListenerTotals> listeners = new HashMap<>();
        context.listeners().values().forEach(listener -> listeners.put(listener.name(),
                ListenerTotals.of(listener, context.queued(listener))));
        return new TotalsSample(System.nanoTime(), endpoints, listeners, pools);
    }
}
