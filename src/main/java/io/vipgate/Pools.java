package io.vipgate;

import io.vipgate.config.GatewayConfig;
import io.vipgate.probe.LagMeter;
import io.vipgate.relay.LocalPorts;
import io.vipgate.relay.LoopPool;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pools of a gateway, by name, and each loop's view of them.
 *
 * <p>Thread-safe for whoever looks; changed on the control thread alone.
 */
final class Pools {
    private static final Logger LOG = LoggerFactory.getLogger(Pools.class);

    private final Map<String, PoolControl> byName = new ConcurrentHashMap<>();
    private final Lanes lanes;
    private final Resolver resolver;
    private final ControlThread control;
    private final Events events;
    private final LocalPorts localPorts = LocalPorts.ofThisMachine();
    private final SplittableRandom seeds = new SplittableRandom();
    /** One for all pools, from the first one on. */
    private @Nullable LagMeter lag;
    private final ExecutorService stateWriter = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("vipgate-state").daemon().factory());

    Pools(Lanes lanes, Resolver resolver, ControlThread control, Events events) {
        this.lanes = lanes;
        this.resolver = resolver;
        this.control = control;
        this.events = events;
    }

    /** Whatever of the next pools can fail, done and checked; nothing has changed yet. */
    static Map<String, PoolControl.Prepared> prepare(GatewayConfig next) throws StartException {
        Map<String, PoolControl.Prepared> prepared = new LinkedHashMap<>();
        for (var pool : next.pools().entrySet()) {
            prepared.put(pool.getKey(), PoolControl.Prepared.of(pool.getKey(), pool.getValue()));
        }
        return prepared;
    }

    /** Changes the pools that are there, and adds new ones; those that go, go by {@link #leaveOnly}. */
    void become(Map<String, PoolControl.Prepared> prepared, GatewayConfig next) {
        prepared.forEach((name, pool) -> become(name, pool, next));
    }

    private void become(String name, PoolControl.Prepared prepared, GatewayConfig next) {
        PoolControl present = byName.get(name);
        if (present != null) {
            present.become(prepared);
            return;
        }
        Map<String, Wish> kept = next.stateFile().map(file -> StateFile.read(file).get(name)).orElse(null);
        LagMeter meter = lag == null ? new LagMeter() : lag;
        lag = meter;
        PoolControl added = new PoolControl(name, prepared, lanes, resolver, control.executor(),
                kept == null ? Map.of() : kept, events, meter);
        byName.put(name, added);
        lanes.onEach(
                lane -> lane.pools().put(name, new LoopPool(added.pool(), added.plan(), seeds.split(), localPorts)));
    }

    /** Removes the pools that are none of these. */
    void leaveOnly(Collection<String> names) {
        List<String> gone = byName.keySet().stream().filter(name -> !names.contains(name)).toList();
        for (String name : gone) {
            PoolControl pool = byName.remove(name);
            if (pool != null) {
                pool.remove();
                lanes.onEach(lane -> lane.pools().remove(name));
            }
        }
    }

    Optional<PoolControl> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * A pool by its name.
     *
     * @throws NoSuchElementException if there is none
     */
    PoolControl get(String name) {
        return find(name).orElseThrow(
                () -> new NoSuchElementException("pool: " + name + " (expected: one of " + byName.keySet() + ")"));
    }

    Collection<PoolControl> all() {
        return byName.values();
    }

    /** Has what the operator wishes written, soon. */
    void keepWishes(Path file) {
        Map<String, Map<String, Wish>> wishes = new LinkedHashMap<>();
        byName.forEach((name, pool) -> wishes.put(name, new LinkedHashMap<>(pool.wishes())));
        stateWriter.execute(() -> StateFile.write(file, wishes));
    }

    /**
     * Ends the probing; what is to be written is written.
     *
     * @throws InterruptedException if the waiting thread is interrupted
     */
    void end(long millis) throws InterruptedException {
        byName.values().forEach(PoolControl::close);
        if (lag != null) {
            lag.close();
        }
        stateWriter.shutdown();
        if (!stateWriter.awaitTermination(millis, TimeUnit.MILLISECONDS)) {
            LOG.warn("the operator states could not be written in time");
        }
    }
}
