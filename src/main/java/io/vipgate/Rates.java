package io.vipgate;

import io.vipgate.pool.Endpoint;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.RefuseReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the loops have counted, now and a little while ago, so that rates can be told. Each loop is asked once a second to
 * copy its counters; one that is too busy to answer counts with what it said last.
 *
 * <p>Thread-safe.
 */
final class Rates implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rates.class);
    private static final long EVERY_MILLIS = 1_000;
    private static final long PATIENCE_MILLIS = 500;
    /** Rates are means over the time of so many samples. */
    private static final int SAMPLES = 10;

    private final Lanes lanes;
    private final Consumer<Sample> onSample;
    private final AtomicReferenceArray<@Nullable Sample> lastOfLane;
    private final ArrayDeque<Sample> past = new ArrayDeque<>();
    private final ScheduledExecutorService sampling = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("vipgate-rates").daemon().factory());

    /**
     * What happened at an endpoint.
     *
     * @param connected connections made
     * @param failed attempts that failed
     * @param toBackend bytes delivered to it
     * @param toClient bytes delivered to its clients
     */
    record AtEndpoint(long connected, long failed, long toBackend, long toClient) {
        static final AtEndpoint NOTHING = new AtEndpoint(0, 0, 0, 0);

        private static AtEndpoint of(LoopEndpoint endpoint) {
            long failed = 0;
            for (ConnectFailure failure : ConnectFailure.values()) {
                failed += endpoint.connectFailures(failure);
            }
            return new AtEndpoint(endpoint.connected(), failed, endpoint.bytesToBackend(), endpoint.bytesToClient());
        }

        AtEndpoint plus(AtEndpoint other) {
            return new AtEndpoint(connected + other.connected, failed + other.failed, toBackend + other.toBackend,
                    toClient + other.toClient);
        }

        AtEndpoint minus(AtEndpoint other) {
            return new AtEndpoint(connected - other.connected, failed - other.failed, toBackend - other.toBackend,
                    toClient - other.toClient);
        }
    }

    /**
     * What happened at a listener.
     *
     * @param accepted clients that came
     * @param refused clients that were turned away
     */
    record AtListener(long accepted, long refused) {
        static final AtListener NOTHING = new AtListener(0, 0);

        private static AtListener of(LoopListener listener) {
            long refused = 0;
            for (RefuseReason reason : RefuseReason.values()) {
                refused += listener.refused(reason);
            }
            return new AtListener(listener.accepted(), refused);
        }

        AtListener plus(AtListener other) {
            return new AtListener(accepted + other.accepted, refused + other.refused);
        }

        AtListener minus(AtListener other) {
            return new AtListener(accepted - other.accepted, refused - other.refused);
        }
    }

    /**
     * All counters at one moment.
     *
     * @param at in nanoseconds of the monotonic clock
     */
    record Sample(long at, Map<Endpoint, AtEndpoint> endpoints, Map<String, AtListener> listeners) {
        AtEndpoint of(Endpoint endpoint) {
            return endpoints.getOrDefault(endpoint, AtEndpoint.NOTHING);
        }

        AtListener of(String listener) {
            return listeners.getOrDefault(listener, AtListener.NOTHING);
        }
    }

    /**
     * Counters now, and where they stood when the time of the rates began.
     *
     * @param silentLoops loops that were too busy to say theirs
     */
    record View(Sample before, Sample now, int silentLoops) {
        double seconds() {
            return Math.max(0.001, (now.at - before.at) / 1e9);
        }
    }

    /**
     * Begins to sample.
     *
     * @param onSample is told every sample, on the thread that samples
     */
    Rates(Lanes lanes, Consumer<Sample> onSample) {
        this.lanes = lanes;
        this.onSample = onSample;
        lastOfLane = new AtomicReferenceArray<>(lanes.count());
        past.add(new Sample(System.nanoTime(), Map.of(), Map.of()));
        Future<?> _ = sampling.scheduleWithFixedDelay(this::sample, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void sample() {
        try {
            Sample sample = collect(new int[1]);
            synchronized (past) {
                past.addLast(sample);
                if (past.size() > SAMPLES + 1) {
                    past.removeFirst();
                }
            }
            onSample.accept(sample);
        } catch (InterruptedException e) {
            LOG.debug("the counters are no longer sampled");
        } catch (RuntimeException e) {
            LOG.error("a sample of the counters is lost", e);
        }
    }

    /** Asks the loops; takes no longer than half a second, whatever they do. */
    View look() throws InterruptedException {
        int[] silent = {0};
        Sample now = collect(silent);
        synchronized (past) {
            return new View(past.getFirst(), now, silent[0]);
        }
    }

    private Sample collect(int[] silent) throws InterruptedException {
        List<CompletableFuture<Sample>> answers = new ArrayList<>();
        for (int i = 0; i < lanes.count(); i++) {
            answers.add(new CompletableFuture<>());
        }
        lanes.tell(lane -> answers.get(lane.number()).complete(copy(lane)));
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        Map<Endpoint, AtEndpoint> endpoints = new HashMap<>();
        Map<String, AtListener> listeners = new HashMap<>();
        for (int i = 0; i < answers.size(); i++) {
            Sample sample = await(answers.get(i), deadline);
            if (sample == null) {
                silent[0]++;
                sample = lastOfLane.get(i);
            } else {
                lastOfLane.set(i, sample);
            }
            if (sample != null) {
                sample.endpoints.forEach((endpoint, counts) -> endpoints.merge(endpoint, counts, AtEndpoint::plus));
                sample.listeners.forEach((listener, counts) -> listeners.merge(listener, counts, AtListener::plus));
            }
        }
        return new Sample(System.nanoTime(), endpoints, listeners);
    }

    private static @Nullable Sample await(CompletableFuture<Sample> answer, long deadline)
            throws InterruptedException {
        try {
            return answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Sample copy(Lanes.Lane lane) {
        Map<Endpoint, AtEndpoint> endpoints = new HashMap<>();
        for (LoopPool pool : lane.pools().values()) {
            for (LoopEndpoint endpoint : pool.endpoints()) {
                endpoints.put(endpoint.endpoint(), AtEndpoint.of(endpoint));
            }
        }
        Map<String, AtListener> listeners = new HashMap<>();
        lane.listeners().values().forEach(listener -> listeners.put(listener.name(),
                AtListener.of(listener)));
        return new Sample(System.nanoTime(), endpoints, listeners);
    }

    @Override
    public void close() {
        sampling.shutdownNow();
    }
}
