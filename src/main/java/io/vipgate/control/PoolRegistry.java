package io.vipgate.control;

import io.vipgate.access.Blocks;
import io.vipgate.config.GatewayConfig;
import io.vipgate.linux.OwnAddresses;
import io.vipgate.linux.TransparentSocket;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.probe.ProbeLoop;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pools of a gateway, by name, and each loop's view of them.
 *
 * <p>Thread-safe for whoever looks; changed on the control thread alone.
 */
public final class PoolRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(PoolRegistry.class);

    /** A write holds all blocks: many changes share one. */
    private static final long BLOCKS_SAVE_SECONDS = 1;

    private final Map<String, ManagedPool> byName = new ConcurrentHashMap<>();
    private final EventLoopSet loops;
    private final HostResolver resolver;
    private final ControlThread control;
    private final RecentEvents events;
    private final LiveFailures liveFailures;
    private final LocalPorts localPorts = LocalPorts.ofThisMachine();
    private final OwnAddresses ownAddresses = new OwnAddresses();
    private final SplittableRandom seeds = new SplittableRandom();
    /** One for all pools, from the first one on. */
    private @Nullable ProbeLoop probes;
    /** What the pools were last changed to. */
    private Map<String, PoolChange> applied = Map.of();
    private final OverrideStore overrides;
    private final Standby standby;
    private final LongSupplier clock;
    /** No relay is closed any more so that its client comes back. */
    private volatile boolean isEnding;
    private final AtomicBoolean areBlocksDue = new AtomicBoolean();

    /**
     * Makes a registry without pools.
     *
     * @param blocks kept in the state file with the operator's overrides
     * @param standby kept there too
     * @param listenerStates kept there too
     * @param clock monotonic time in nanoseconds, for what takes minutes
     */
    public PoolRegistry(EventLoopSet loops, HostResolver resolver, ControlThread control, RecentEvents events,
            LiveFailures liveFailures, Blocks blocks, Standby standby, ListenerStates listenerStates,
            LongSupplier clock) {
        this.loops = loops;
        this.resolver = resolver;
        this.control = control;
        this.events = events;
        this.liveFailures = liveFailures;
        this.standby = standby;
        this.clock = clock;
        overrides = new OverrideStore(blocks, standby, listenerStates);
    }

    /** Reads a state file, unless it is in use and has been read. Changes nothing. From any thread; may take its time. */
    public StateFileRead readStateFile(Optional<Path> file) {
        return overrides.open(file);
    }

    /**
     * Whatever of the next pools can fail beforehand, done and checked; nothing has changed yet.
     *
     * @throws StartException if the certificates of a probe can't be read, or no event loop for probes can be had
     */
    public ConfigChange prepare(GatewayConfig next, StateFileRead stateFile) throws StartException {
        Map<String, PoolChange> prepared = new LinkedHashMap<>();
        for (var pool : next.pools().entrySet()) {
            prepared.put(pool.getKey(), PoolChange.prepare(pool.getKey(), pool.getValue()));
        }
        try {
            ProbeLoop _ = probes();
        } catch (IllegalStateException e) {
            throw new StartException("the event loop of the probes can't be started (it takes three descriptors and a "
                    + "thread); raise the limit on open files");
        }
        return new Change(prepared, stateFile);
    }

    private ProbeLoop probes() {
        ProbeLoop present = probes == null ? ProbeLoop.open() : probes;
        probes = present;
        return present;
    }

    /** Changes the pools that are there and adds new ones; in the end, those that are gone go. */
    private final class Change implements ConfigChange {
        private final Map<String, PoolChange> next;
        private final StateFileRead stateFile;
        private final Map<String, PoolChange> before = applied;
        private OverrideStore.@Nullable Remembered overridesBefore;

        Change(Map<String, PoolChange> next, StateFileRead stateFile) {
            this.next = next;
            this.stateFile = stateFile;
        }

        @Override
        public void commit() {
            byName.forEach((name, pool) -> overrides.put(name, pool.overrides()));
            overridesBefore = overrides.remember();
            overrides.use(stateFile);
            if (next.values().stream().anyMatch(PoolChange::isFromClients)) {
                ownAddresses.look();
            }
            next.forEach(PoolRegistry.this::apply);
        }

        @Override
        public void rollBack() {
            if (overridesBefore != null) {
                overrides.takeBack(overridesBefore);
                byName.forEach((name, pool) -> pool.takeBack(overrides.of(name)));
                before.forEach(PoolRegistry.this::apply);
                retainOnly(before.keySet());
                byName.values().forEach(ManagedPool::finish);
            }
        }

        @Override
        public void finish() {
            applied = next;
            retainOnly(next.keySet());
            warnOfReplyRoutes();
            byName.values().forEach(ManagedPool::finish);
        }
    }

    /** Looks which addresses this machine has, where a pool must know them. To be done again and again. */
    public void lookAtOwnAddresses() {
        if (byName.values().stream().anyMatch(ManagedPool::isFromClients)) {
            ownAddresses.look();
        }
    }

    private Optional<String> rebalanceObstacle() {
        if (isEnding) {
            return Optional.of("the gateway is shutting down");
        }
        return standby.since().map(_ -> "the gateway stands by");
    }

    /** Looks whether relays are where they belong, in pools that want that. To be done each second. */
    public void rebalance() {
        if (byName.values().stream().anyMatch(pool -> pool.rebalancer().isActive())) {
            try {
                control.executor().execute(() -> byName.values().stream().map(ManagedPool::rebalancer)
                        .filter(Rebalancer::isActive).forEach(Rebalancer::tick));
            } catch (RejectedExecutionException e) {
                LOG.debug("shutting down: no pool is rebalanced any more");
            }
        }
    }

    /** No relay is closed from now on for the sake of balance. From any thread. */
    public void endRebalancing() {
        isEnding = true;
    }

    private void warnOfReplyRoutes() {
        List<ManagedPool> fromClients = byName.values().stream().filter(ManagedPool::isFromClients).toList();
        if (!fromClients.isEmpty() && !TransparentSocket.isForbidden()) {
            fromClients.forEach(pool -> ReplyRouteChecks.warn(pool.pool().name(), pool.pool().snapshot()));
        }
    }

    private void apply(String name, PoolChange prepared) {
        ManagedPool present = byName.get(name);
        if (present != null) {
            present.apply(prepared, overrides.of(name));
            return;
        }
        ManagedPool added = new ManagedPool(name, prepared, loops, resolver, control.executor(),
                overrides.of(name), events, probes(), ownAddresses, this::rebalanceObstacle, clock);
        byName.put(name, added);
        added.start();
        liveFailures.add(name, added.monitor());
        loops.onEach(
                context -> context.pools().put(name,
                        new LoopPool(added.pool(), added.plan(), seeds.split(), localPorts)));
    }

    private void retainOnly(Collection<String> names) {
        List<String> gone = byName.keySet().stream().filter(name -> !names.contains(name)).toList();
        for (String name : gone) {
            ManagedPool pool = byName.remove(name);
            liveFailures.remove(name);
            if (pool != null) {
                overrides.put(name, pool.overrides());
                pool.remove();
                loops.onEach(context -> context.pools().remove(name));
            }
        }
    }

    /** A pool by its name; empty when there is none. */
    public Optional<ManagedPool> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * A pool by its name.
     *
     * @throws NoSuchElementException if there is none
     */
    public ManagedPool get(String name) {
        return find(name).orElseThrow(
                () -> new NoSuchElementException("pool: " + name + " (expected: one of " + byName.keySet() + ")"));
    }

    /** The pools, in no order; a live view. */
    public Collection<ManagedPool> all() {
        return byName.values();
    }

    /** Asks the loops how connecting goes, where that matters. Once a second, by one thread. */
    public void sampleConnects() {
        byName.values().forEach(ManagedPool::sampleConnects);
    }

    /** Has the operator's overrides written, soon, where a state file is configured. */
    public void saveOverrides() {
        byName.forEach((name, pool) -> overrides.put(name, pool.overrides()));
        overrides.save();
    }

    /** Has the blocks written, a second later, where a state file is configured. From any thread. */
    public void saveBlocks() {
        if (overrides.hasFile() && areBlocksDue.compareAndSet(false, true)) {
            try {
                var _ = control.executor().schedule(this::saveDueBlocks, BLOCKS_SAVE_SECONDS, TimeUnit.SECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("shutting down: what has changed since is written at the end");
            }
        }
    }

    private void saveDueBlocks() {
        areBlocksDue.set(false);
        saveOverrides();
    }

    /** Whether the operator's overrides are to be kept over restarts. */
    public boolean hasStateFile() {
        return overrides.hasFile();
    }

    /** Why they are not, although they should be; empty when they are. */
    public Optional<String> stateFileProblem() {
        return overrides.problem();
    }

    /**
     * Ends the probing; what is to be written is written.
     *
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public void end(long millis) throws InterruptedException {
        byName.values().forEach(ManagedPool::close);
        if (areBlocksDue.get()) {
            saveDueBlocks();
        }
        if (probes != null) {
            probes.close();
        }
        if (!overrides.end(millis)) {
            LOG.warn("the operator states could not be written in time");
        }
    }
}
