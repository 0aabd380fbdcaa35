package io.vipgate;

import io.vipgate.admin.CheckServer;
import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.neighbour.CoLocation;
import io.vipgate.neighbour.CoLocationWatch;
import io.vipgate.net.EventLoops;
import io.vipgate.net.FdBudget;
import io.vipgate.net.PortOwner;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.relay.Acceptor;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.LocalPorts;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayDrain;
import io.vipgate.relay.RelayLoop;
import io.vipgate.relay.RelaySweep;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway: loops, pools and listeners as one configuration has them, and as the next one changes them.
 *
 * <p>Thread-safe: whatever changes it runs on its control thread, one thing after the other.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    /** How long a start or a reload waits for names that nobody answers. */
    private static final long LOOK_UP_MILLIS = 5_000;

    private final ScheduledThreadPoolExecutor control = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().name("vipgate-control").daemon().factory());
    private final ExecutorService stateWriter = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("vipgate-state").daemon().factory());
    private final FdBudget fdBudget;
    private final Resolver resolver;
    private final LocalPorts localPorts = LocalPorts.ofThisMachine();
    private final SplittableRandom seeds = new SplittableRandom();
    private final Map<String, PoolControl> pools = new ConcurrentHashMap<>();
    private final Lanes lanes;
    private final ListenerControl listeners;
    private final Heartbeat heartbeat;
    private final Readiness readiness;
    private final CoLocationWatch neighbours = CoLocationWatch.start(
            () -> pools.values().stream().map(PoolControl::pool).toList());
    private @Nullable CheckServer checks;
    private volatile boolean isStopping;
    /** Written and read on the control thread: no listener is opened once they are being closed. */
    private boolean isDraining;
    private volatile GatewayConfig config;

    private Gateway(EventLoops loops, FdBudget fdBudget, NameService names, GatewayConfig config) {
        this.fdBudget = fdBudget;
        this.config = config;
        // What is put off does not keep a gateway from ending; what has begun is finished.
        control.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        resolver = new Resolver(names);
        ConnectionLimit relays = new ConnectionLimit(fdBudget.relays());
        int pipesPerLoop = fdBudget.pipes() / loops.all().size();
        lanes = new Lanes(loops, loop -> new RelayLoop(loop, relays, pipesPerLoop, new RelayEvents(this::onFailed)));
        listeners = new ListenerControl(lanes, fdBudget.relays());
        heartbeat = new Heartbeat(lanes);
        readiness = new Readiness(this);
    }

    private void onFailed(Relay relay) {
        PoolControl pool = pools.get(relay.pool().name());
        if (pool != null && relay.endpoint() != null) {
            pool.monitor().onLiveFailure(relay.endpoint().endpoint());
        }
    }

    /**
     * Binds every listener and begins to accept.
     *
     * @throws StartException if that is not possible; nothing stays open then
     */
    public static Gateway start(GatewayConfig config) throws StartException {
        return start(config, NameService.ofThisMachine());
    }

    /**
     * As {@link #start(GatewayConfig)}.
     *
     * @param names finds the addresses of endpoints that are given by name
     */
    public static Gateway start(GatewayConfig config, NameService names) throws StartException {
        String unavailable = EventLoops.whyUnavailable();
        if (unavailable != null) {
            throw new StartException("native epoll is not available: " + unavailable
                    + " (expected: Linux on x86_64 or aarch64 with glibc; a noexec temporary directory needs the native "
                    + "library on java.library.path)");
        }
        FdBudget fdBudget = FdBudget.ofThisProcess();
        if (fdBudget.relays() < FdBudget.LEAST_RELAYS) {
            throw new StartException(
                    "the limit of " + fdBudget.limit() + " open files is too small; raise it (ulimit -n, "
                            + "or LimitNOFILE= in the systemd unit)");
        }
        int count = config.runtime().eventLoops() == 0
                ? Runtime.getRuntime().availableProcessors()
                : config.runtime().eventLoops();
        Gateway gateway = new Gateway(loops(count), fdBudget, names, config);
        try {
            gateway.apply(config);
            gateway.serveChecks();
            return gateway;
        } catch (StartException | RuntimeException e) {
            gateway.close();
            throw e;
        }
    }

    private static EventLoops loops(int count) throws StartException {
        try {
            return new EventLoops(count);
        } catch (IllegalStateException e) {
            throw new StartException("runtime.eventLoops: " + count + " event loops can't be started (each takes three "
                    + "descriptors and a thread); raise the limit on open files, or ask for fewer");
        }
    }

    /**
     * Becomes what a configuration says, whole or not at all. Only what differs is touched: listeners whose address stays
     * keep their sockets, and open relays, pins, health, counts and the operator's wishes survive.
     *
     * @throws StartException if that is not possible; nothing has changed then
     */
    public void apply(GatewayConfig next) throws StartException {
        Assembly.checkPins(next, Runtime.getRuntime().maxMemory());
        lookUpNewHosts(next);
        onControl(() -> {
            Map<String, PoolControl.Prepared> prepared = new LinkedHashMap<>();
            for (Map.Entry<String, PoolConfig> pool : next.pools().entrySet()) {
                prepared.put(pool.getKey(), PoolControl.Prepared.of(pool.getKey(), pool.getValue()));
            }
            if (isDraining) {
                throw new StartException("the gateway stops");
            }
            ListenerControl.Prepared sockets = listeners.prepare(next);
            try {
                prepared.forEach((name, pool) -> becomePool(name, pool, next));
            } catch (RuntimeException | Error e) {
                sockets.abandon();
                throw e;
            }
            sockets.commit();
            List<String> gone = pools.keySet().stream().filter(name -> !next.pools().containsKey(name)).toList();
            gone.forEach(this::removePool);
            config = next;
            next.stateFile().ifPresent(this::keepWishes);
            return null;
        });
    }

    private void serveChecks() throws StartException {
        if (config.metrics().isEmpty()) {
            return;
        }
        BindAddress bind = config.metrics().get().bind();
        InetSocketAddress address = bind.address().map(found -> new InetSocketAddress(found, bind.port()))
                .orElseGet(() -> new InetSocketAddress(bind.port()));
        try {
            checks = new CheckServer(address, readiness);
        } catch (IOException e) {
            String owner = PortOwner.of(address.getAddress(), bind.port()).map(found -> " by " + found).orElse("");
            throw new StartException("metrics.bind: " + bind + ": " + e.getMessage() + owner);
        }
    }

    private void lookUpNewHosts(GatewayConfig next) {
        Set<String> unknown = new HashSet<>();
        next.pools().values().forEach(pool -> unknown.addAll(PoolControl.hosts(pool)));
        unknown.removeIf(host -> !resolver.answer(host).isEmpty());
        if (!unknown.isEmpty()) {
            try {
                resolver.lookUp(unknown, LOOK_UP_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void becomePool(String name, PoolControl.Prepared prepared, GatewayConfig next) {
        PoolControl present = pools.get(name);
        if (present != null) {
            present.become(prepared);
            return;
        }
        Map<String, Wish> kept = next.stateFile().map(file -> StateFile.read(file).get(name)).orElse(null);
        PoolControl added = new PoolControl(name, prepared, lanes, resolver, control, kept == null ? Map.of() : kept);
        pools.put(name, added);
        lanes.onEach(
                lane -> lane.pools().put(name, new LoopPool(added.pool(), added.plan(), seeds.split(), localPorts)));
    }

    private void removePool(String name) {
        PoolControl gone = pools.remove(name);
        if (gone != null) {
            gone.remove();
            lanes.onEach(lane -> lane.pools().remove(name));
        }
    }

    /** Runs something on the control thread and waits for it. */
    private <T> T onControl(Callable<T> task) throws StartException {
        try {
            return control.submit(task).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case StartException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    private <T> T ask(Callable<T> task) {
        try {
            return onControl(task);
        } catch (StartException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- what it is ----

    /** The configuration that holds now. */
    public GatewayConfig config() {
        return config;
    }

    /** The ports that a listener is bound to, in the order of its addresses. */
    public List<Integer> ports(String listener) {
        return ask(() -> listeners.bound().getOrDefault(listener, List.of()).stream().map(BoundAddress::port).toList());
    }

    /**
     * A pool by its name.
     *
     * @throws NoSuchElementException if there is none
     */
    public Pool pool(String name) {
        return control(name).pool();
    }

    Optional<Pool> findPool(String name) {
        return Optional.ofNullable(pools.get(name)).map(PoolControl::pool);
    }

    private PoolControl control(String pool) {
        PoolControl found = pools.get(pool);
        if (found == null) {
            throw new NoSuchElementException("pool: " + pool + " (expected: one of " + pools.keySet() + ")");
        }
        return found;
    }

    /**
     * Which endpoints of a pool one machine answers for, as it was a few seconds ago at most.
     *
     * @throws NoSuchElementException if there is no such pool
     */
    public CoLocation coLocation(String pool) {
        return neighbours.of(control(pool).pool().name());
    }

    /** Relays that the process has descriptors for. */
    public int mostRelays() {
        return fdBudget.relays();
    }

    /** Event loops. */
    public int eventLoops() {
        return lanes.count();
    }

    /** The port of the read-only address; empty when there is none. */
    public OptionalInt checkPort() {
        CheckServer present = checks;
        return present == null ? OptionalInt.empty() : OptionalInt.of(present.port());
    }

    /** From now on outer load balancers are told to send nobody here; clients are served all the same. */
    public void announceStop() {
        isStopping = true;
    }

    boolean isStopping() {
        return isStopping;
    }

    /** Whether every event loop has ticked within this time. */
    public boolean isAlive(Duration patience) {
        return heartbeat.longestSilence() < patience.toNanos();
    }

    /** Open relays of all loops. */
    public int relays() {
        int[] sum = {0};
        forEachLoop(relays -> sum[0] += relays.relays());
        return sum[0];
    }

    /** Lets an action look at each loop's relays, on that loop, one loop after the other. */
    public void forEachLoop(Consumer<RelayLoop> action) {
        lanes.onEach(lane -> action.accept(lane.relays()));
    }

    /** Lets an action look at each loop's view of a pool, on that loop, one loop after the other. */
    public void forEachLoop(String pool, Consumer<LoopPool> action) {
        lanes.onEach(lane -> {
            LoopPool view = lane.pools().get(pool);
            if (view != null) {
                action.accept(view);
            }
        });
    }

    // ---- the operator ----

    /**
     * Sets what the operator wants of an endpoint, of all its addresses if it is given by name. Survives reloads and,
     * with {@code stateFile}, restarts.
     *
     * @return the endpoint's state afterwards, of its first address; empty while its name has none
     * @throws NoSuchElementException if there is no such pool or endpoint
     */
    public Optional<EndpointState> toAdmin(String pool, String endpoint, AdminState admin) {
        return steer(pool, endpoint, found -> found.toAdmin(endpoint, admin));
    }

    /**
     * Sets an endpoint's weight. The configuration's own holds again when that is changed and loaded.
     *
     * @param weight 0 to 256; 0 takes nothing new
     * @return the endpoint's state afterwards, of its first address; empty while its name has none
     * @throws NoSuchElementException if there is no such pool or endpoint
     * @throws IllegalArgumentException if the weight is out of range
     */
    public Optional<EndpointState> toWeight(String pool, String endpoint, int weight) {
        if (weight < 0 || weight > EndpointState.MAX_WEIGHT) {
            throw new IllegalArgumentException(
                    "weight: " + weight + " (expected: 0 to " + EndpointState.MAX_WEIGHT + ")");
        }
        return steer(pool, endpoint, found -> found.toWeight(endpoint, weight));
    }

    private Optional<EndpointState> steer(String pool, String endpoint, Consumer<PoolControl> change) {
        return ask(() -> {
            PoolControl found = control(pool);
            if (!found.has(endpoint)) {
                throw new NoSuchElementException("endpoint: " + pool + "/" + endpoint + " (expected: one of "
                        + found.config().endpoints().keySet() + ")");
            }
            change.accept(found);
            config.stateFile().ifPresent(this::keepWishes);
            return found.pool().snapshot().named(endpoint).stream().findFirst().map(member -> member.state());
        });
    }

    private void keepWishes(Path file) {
        Map<String, Map<String, Wish>> wishes = new LinkedHashMap<>();
        pools.forEach((name, pool) -> wishes.put(name, new LinkedHashMap<>(pool.wishes())));
        stateWriter.execute(() -> StateFile.write(file, wishes));
    }

    /**
     * The pins of a pool; empty when it does not pin.
     *
     * @throws NoSuchElementException if there is no such pool
     */
    public Optional<PinTable> pins(String pool) {
        return ask(() -> control(pool).pins());
    }

    /**
     * Ends open relays by RST on both sides.
     *
     * @param isMeant which ones; called on the relays' loops
     * @return how many they were
     */
    public int closeRelays(Predicate<Relay> isMeant) {
        int[] sum = {0};
        forEachLoop(relays -> sum[0] += RelaySweep.begin(relays, isMeant, CloseReason.OPERATOR));
        return sum[0];
    }

    // ---- its end ----

    /**
     * Takes no more clients, and waits until the present ones are done.
     *
     * @param drain how long they may take; what is left then is reset
     * @return how many relays were open at the beginning
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public int drain(Duration drain) throws InterruptedException {
        announceStop();
        ask(() -> {
            isDraining = true;
            lanes.onEach(lane -> lane.acceptors().values().forEach(Acceptor::drainAndClose));
            return null;
        });
        int open = relays();
        CountDownLatch left = new CountDownLatch(lanes.count());
        lanes.onEach(lane -> RelayDrain.begin(lane.relays(), drain.toNanos(), left::countDown));
        if (!left.await(drain.toNanos() + TimeUnit.SECONDS.toNanos(5), TimeUnit.NANOSECONDS)) {
            LOG.error("relays were left after the drain: {}", relays());
        }
        return open;
    }

    /** Closes everything at once; open relays are reset. */
    @Override
    public void close() {
        control.shutdown();
        try {
            if (!control.awaitTermination(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("a change was still under way");
            }
            control.shutdownNow();
            pools.values().forEach(PoolControl::close);
            resolver.close();
            stateWriter.shutdown();
            if (!stateWriter.awaitTermination(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("the operator states could not be written in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            heartbeat.close();
            readiness.close();
            neighbours.close();
            if (checks != null) {
                checks.close();
            }
            lanes.close();
        }
    }

    /** Says in one line what runs. */
    public String describe() {
        GatewayConfig now = config;
        String served = now.listeners().entrySet().stream()
                .map(entry -> entry.getKey() + " on "
                        + entry.getValue().bind().stream().map(BindAddress::toString).collect(Collectors.joining(", "))
                        + " -> " + entry.getValue().pool())
                .collect(Collectors.joining("; "));
        String groups = now.pools().entrySet().stream()
                .map(entry -> entry.getKey() + " (" + entry.getValue().endpoints().size() + " endpoints, "
                        + entry.getValue().balance().name().toLowerCase(Locale.ROOT).replace('_', '-') + ")")
                .collect(Collectors.joining(", "));
        BuildInfo build = BuildInfo.read();
        return "vipgate " + build.version() + " serves " + served + "; pools " + groups + "; " + eventLoops()
                + " event loops, room for " + mostRelays() + " relays; JDK " + Runtime.version() + ", Netty "
                + build.netty();
    }
}
