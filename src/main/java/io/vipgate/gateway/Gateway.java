package io.vipgate.gateway;

import io.vipgate.access.AccessList;
import io.vipgate.config.GatewayConfig;
import io.vipgate.control.ClientAddressChecks;
import io.vipgate.control.ConfigChange;
import io.vipgate.control.ConfigMapping;
import io.vipgate.control.ListenerAdmissions;
import io.vipgate.control.ManagedPool;
import io.vipgate.control.StartException;
import io.vipgate.control.StateFileRead;
import io.vipgate.control.StoppingException;
import io.vipgate.loops.BoundAddress;
import io.vipgate.neighbour.CoLocation;
import io.vipgate.pool.Pool;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.RelayDrain;
import io.vipgate.relay.RelayLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway: loops, pools and listeners as one configuration has them, and as the next one changes them.
 *
 * <p>Thread-safe: whatever changes it runs on its control thread, one thing after the other.
 */
public final class Gateway implements GatewayView, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    /** How long a start or a reload waits for names that nobody answers, and a close for what is still being written. */
    private static final long MAX_WAIT_MILLIS = 5_000;

    private final GatewayParts parts;
    private final List<ConfigParticipant> participants;
    /** How often a change of the configuration has begun or ended; odd while one is being made. */
    private final AtomicLong changes = new AtomicLong();
    private volatile boolean isStopping;
    /** Written and read on the control thread: no listener is opened once they are being closed. */
    private boolean isDraining;
    private volatile GatewayConfig config;

    /**
     * Makes a gateway that serves nobody until it is started.
     *
     * @param participants whoever else a change concerns; they are prepared before pools and listeners, and change after them
     * @param config the configuration that it starts with
     */
    public Gateway(GatewayParts parts, List<ConfigParticipant> participants, GatewayConfig config) {
        this.parts = parts;
        this.participants = List.copyOf(participants);
        this.config = config;
    }

    /**
     * Begins to serve.
     *
     * @throws StartException if that is not possible; the gateway is to be closed then
     */
    public void start(GatewayConfig first) throws StartException {
        apply(first);
    }

    /**
     * Applies a configuration, atomically. Only what differs is touched: listeners whose address stays keep their sockets,
     * and open relays, pins, health, counts and the operator's overrides survive.
     *
     * @throws StartException if that is not possible; nothing has changed then
     * @throws RuntimeException if there is a fault in the gateway; then too everything is as it was, but for what is told as
     *         suppressed
     */
    public void apply(GatewayConfig next) throws StartException {
        ConfigMapping.checkPins(next, Runtime.getRuntime().maxMemory());
        ConfigMapping.checkSources(next, Runtime.getRuntime().maxMemory());
        ConfigMapping.checkZones(next);
        ClientAddressChecks.check(next);
        List<ConfigChange> others = new ArrayList<>();
        for (ConfigParticipant participant : participants) {
            others.add(participant.prepare(next));
        }
        lookUpNewHosts(next);
        Map<String, AccessList> lists = ListenerAdmissions.read(next);
        StateFileRead stateFile = parts.pools().readStateFile(next.stateFile());
        parts.control().run(() -> {
            if (isDraining) {
                throw new StoppingException();
            }
            try {
                ConfigTransaction all = prepare(next, stateFile, lists, others);
                changes.incrementAndGet();
                try {
                    all.commit();
                    config = next;
                } finally {
                    changes.incrementAndGet();
                }
            } finally {
                // Those of the next one if that is refused, too.
                parts.resolver().retainOnly(ConfigMapping.hosts(config));
            }
            parts.pools().saveOverrides();
            return null;
        });
    }

    /** In the order in which they are made: loops must have the pools that their listeners serve. */
    private ConfigTransaction prepare(GatewayConfig next, StateFileRead stateFile,
            Map<String, AccessList> lists, List<ConfigChange> others)
            throws StartException {
        ConfigTransaction all = new ConfigTransaction();
        all.add(parts.listeners().restoreStates());
        all.add(parts.pools().prepare(next, stateFile));
        all.add(new AccessLogChange(parts.accessLog(), ConfigMapping.accessLog(next.accessLog())));
        all.add(parts.listeners().prepare(next, lists));
        others.forEach(all::add);
        return all;
    }

    private void lookUpNewHosts(GatewayConfig next) {
        try {
            parts.resolver().lookUpUnknown(ConfigMapping.hosts(next), MAX_WAIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- what it is ----

    @Override
    public GatewayConfig config() {
        return config;
    }

    /** How often a change of the configuration has begun or ended; odd while one is being made. */
    public long changes() {
        return changes.get();
    }

    /** The ports that a listener is bound to, in the order of its addresses. */
    public List<Integer> ports(String listener) {
        return parts.control().ask(() -> parts.listeners().bound().getOrDefault(listener, List.of()).stream()
                .map(BoundAddress::port).toList());
    }

    /**
     * A pool by its name.
     *
     * @throws NoSuchElementException if there is none
     */
    public Pool pool(String name) {
        return parts.pools().get(name).pool();
    }

    @Override
    public Optional<Pool> findPool(String name) {
        return parts.pools().find(name).map(ManagedPool::pool);
    }

    @Override
    public CoLocation coLocation(String pool) {
        return parts.neighbours().of(pool(pool).name());
    }

    @Override
    public int maxRelays() {
        return parts.relayLimit().most();
    }

    @Override
    public int eventLoops() {
        return parts.loops().count();
    }

    @Override
    public int openRelays() {
        return parts.relayLimit().present();
    }

    @Override
    public boolean isStopping() {
        return isStopping;
    }

    @Override
    public boolean isAlive(Duration within) {
        return parts.heartbeat().longestSilence() < within.toNanos();
    }

    /** Open relays of all loops, asked one after the other. */
    public int relays() {
        int[] sum = {0};
        forEachLoop(relays -> sum[0] += relays.relays());
        return sum[0];
    }

    /** Lets an action look at each loop's relays, on that loop, one loop after the other. */
    public void forEachLoop(Consumer<RelayLoop> action) {
        parts.loops().onEach(context -> action.accept(context.relays()));
    }

    /** Lets an action look at each loop's view of a pool, on that loop, one loop after the other. */
    public void forEachLoop(String pool, Consumer<LoopPool> action) {
        parts.loops().onEach(context -> {
            LoopPool view = context.pools().get(pool);
            if (view != null) {
                action.accept(view);
            }
        });
    }

    /** Lets an action look at each loop's view of a listener, on that loop, one loop after the other. */
    public void forEachListener(String listener, Consumer<LoopListener> action) {
        parts.loops().onEach(context -> {
            LoopListener view = context.listeners().get(listener);
            if (view != null) {
                action.accept(view);
            }
        });
    }

    /** Says in one line what runs. */
    public String describe() {
        return StartMessage.of(this);
    }

    // ---- its end ----

    /** From now on outer load balancers are told to send nobody here; clients are served all the same. */
    public void announceStop() {
        isStopping = true;
        parts.pools().endRebalancing();
    }

    /**
     * Takes no more clients, and waits until the present ones are done.
     *
     * @param drain how long they may take; what is left then is reset
     * @return how many relays were open at the beginning
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public int drain(Duration drain) throws InterruptedException {
        announceStop();
        parts.control().ask(() -> {
            isDraining = true;
            parts.listeners().close();
            return null;
        });
        int open = relays();
        CountDownLatch left = new CountDownLatch(eventLoops());
        parts.loops().onEach(context -> RelayDrain.begin(context.relays(), drain.toNanos(), left::countDown));
        if (!left.await(drain.toNanos() + TimeUnit.SECONDS.toNanos(5), TimeUnit.NANOSECONDS)) {
            LOG.error("relays were left after the drain: {}", relays());
        }
        return open;
    }

    /** Closes everything at once; open relays are reset. */
    @Override
    public void close() {
        try {
            if (!parts.control().end(MAX_WAIT_MILLIS)) {
                LOG.warn("a change was still under way");
            }
            parts.pools().end(MAX_WAIT_MILLIS);
            parts.resolver().close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            parts.loops().close();
            parts.accessLog().close();
        }
    }
}
