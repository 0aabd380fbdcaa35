package io.vipgate;

import io.vipgate.accesslog.AccessLog;
import io.vipgate.admin.AdminServer;
import io.vipgate.admin.Admission;
import io.vipgate.admin.CheckServer;
import io.vipgate.admin.MetricsPage;
import io.vipgate.admin.MetricsSource;
import io.vipgate.admin.Route;
import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.eventloop.EventLoops;
import io.vipgate.linux.FdBudget;
import io.vipgate.linux.PortOwner;
import io.vipgate.metrics.GatewayMetrics;
import io.vipgate.neighbour.CoLocation;
import io.vipgate.neighbour.CoLocationWatch;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.Pool;
import io.vipgate.relay.Acceptor;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayDrain;
import io.vipgate.relay.RelayLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
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

    private final ControlThread control = new ControlThread();
    private final AccessLog accessLog = new AccessLog();
    private final FdBudget fdBudget;
    private final ConnectionLimit relayLimit;
    private final Resolver resolver;
    private final Lanes lanes;
    private final Pools pools;
    private final Operator operator;
    private final ListenerControl listeners;
    private final Heartbeat heartbeat;
    private final Readiness readiness;
    private final Rates rates;
    private final Events events = new Events();
    private final Administration administration;
    private final CoLocationWatch neighbours;
    private final ReloadCounts reloads = new ReloadCounts();
    /** How often a change of the configuration has begun or ended; odd while one is being made. */
    private final AtomicLong changes = new AtomicLong();
    private final MetricsPage metricsPage = new MetricsPage(accept -> metrics().scrape(accept));
    private @Nullable GatewayMetrics metrics;
    private @Nullable CheckServer checks;
    private volatile boolean isStopping;
    /** Written and read on the control thread: no listener is opened once they are being closed. */
    private boolean isDraining;
    private volatile GatewayConfig config;

    private Gateway(EventLoops loops, FdBudget fdBudget, NameService names, GatewayConfig config) {
        this.fdBudget = fdBudget;
        this.config = config;
        resolver = new Resolver(names);
        relayLimit = new ConnectionLimit(fdBudget.relays());
        int pipesPerLoop = fdBudget.pipes() / loops.all().size();
        lanes = new Lanes(loops, loop -> new RelayLoop(loop, relayLimit, pipesPerLoop,
                new RelayEvents(this::onFailed, accessLog.lane())));
        pools = new Pools(lanes, resolver, control, events);
        neighbours = CoLocationWatch.start(() -> pools.all().stream().map(PoolControl::pool).toList());
        operator = new Operator(pools, lanes, control, this::config);
        listeners = new ListenerControl(lanes, fdBudget.relays());
        heartbeat = new Heartbeat(lanes);
        readiness = new Readiness(this);
        History history = new History();
        rates = new Rates(lanes, new HistoryRecorder(history, pools, listeners, InstantSource.system()));
        administration = new Administration(this, operator, readiness, pools, listeners,
                new StatusReport(this, pools, listeners, rates, events, config), history);
    }

    private void onFailed(Relay relay) {
        LoopEndpoint failed = relay.endpoint();
        if (failed != null) {
            pools.find(relay.pool().name()).ifPresent(pool -> pool.monitor().onLiveFailure(failed.endpoint()));
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
            gateway.administration.serve(config);
            gateway.adminServer().ifPresent(server -> server
                    .mount(new Route("GET", "/metrics", Route.Access.ANYBODY, gateway.metricsPage)));
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
        Optional<Admission> admission = Administration.prepare(next);
        lookUpNewHosts(next);
        control.run(() -> {
            Map<String, PoolControl.Prepared> prepared = Pools.prepare(next);
            if (isDraining) {
                throw new StartException("the gateway stops");
            }
            ListenerControl.Prepared sockets = listeners.prepare(next);
            changes.incrementAndGet();
            try {
                become(next, prepared, sockets);
            } finally {
                changes.incrementAndGet();
            }
            administration.admit(admission);
            next.stateFile().ifPresent(pools::keepWishes);
            return null;
        });
    }

    private void become(GatewayConfig next, Map<String, PoolControl.Prepared> prepared,
            ListenerControl.Prepared sockets) {
        try {
            pools.become(prepared, next);
        } catch (RuntimeException | Error e) {
            sockets.abandon();
            throw e;
        }
        accessLog.follow(Assembly.accessLog(next.accessLog()));
        sockets.commit();
        pools.leaveOnly(next.pools().keySet());
        config = next;
    }

    private void serveChecks() throws StartException {
        if (config.metrics().isEmpty()) {
            return;
        }
        BindAddress bind = config.metrics().get().bind();
        InetSocketAddress address = bind.address().map(found -> new InetSocketAddress(found, bind.port()))
                .orElseGet(() -> new InetSocketAddress(bind.port()));
        try {
            checks = new CheckServer(address, readiness, Map.of("/metrics", metricsPage));
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

    // ---- what it is ----

    /** The configuration that holds now. */
    public GatewayConfig config() {
        return config;
    }

    /** The ports that a listener is bound to, in the order of its addresses. */
    public List<Integer> ports(String listener) {
        return control.ask(
                () -> listeners.bound().getOrDefault(listener, List.of()).stream().map(BoundAddress::port).toList());
    }

    /**
     * A pool by its name.
     *
     * @throws NoSuchElementException if there is none
     */
    public Pool pool(String name) {
        return pools.get(name).pool();
    }

    Optional<Pool> findPool(String name) {
        return pools.find(name).map(PoolControl::pool);
    }

    /**
     * Which endpoints of a pool one machine answers for, as it was a few seconds ago at most.
     *
     * @throws NoSuchElementException if there is no such pool
     */
    public CoLocation coLocation(String pool) {
        return coLocation(pools.get(pool));
    }

    /** What scrapers are told. The registry is made when it is first asked for. */
    public synchronized MetricsSource metrics() {
        GatewayMetrics present = metrics;
        if (present == null) {
            BuildInfo build = BuildInfo.read();
            present = new GatewayMetrics(new NumbersReader(pools, new LoopReadings(lanes), heartbeat, neighbours,
                    reloads, this::accessLogDropped, this::config, changes::get), build.version(), build.netty());
            metrics = present;
        }
        return present;
    }

    private synchronized void closeMetrics() {
        if (metrics != null) {
            metrics.close();
        }
    }

    ReloadCounts reloads() {
        return reloads;
    }

    CoLocation coLocation(PoolControl pool) {
        return neighbours.of(pool.pool().name());
    }

    /** What operators see among the last events. */
    void tell(String event) {
        events.add(event);
    }

    Readiness readiness() {
        return readiness;
    }

    /** The operator's server; empty when there is none. */
    public Optional<AdminServer> adminServer() {
        return administration.server();
    }

    /** Has operators reload it in this way; until then they can't. */
    public void reloadBy(Supplier<Reloader.Outcome> reload) {
        administration.reloadBy(reload);
    }

    /** What an operator can do to it. */
    public Operator operator() {
        return operator;
    }

    /** Relays that the process has descriptors for. */
    public int mostRelays() {
        return fdBudget.relays();
    }

    /** Opens the access log's file by its name again, soon: it has been renamed, perhaps. */
    public void reopenAccessLog() {
        accessLog.reopen();
    }

    /** Lines of the access log that were lost because they could not be written as fast as they came. */
    public long accessLogDropped() {
        return accessLog.dropped();
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

    /** Relays that hold a place in the descriptor budget; asks no loop. */
    int openRelays() {
        return relayLimit.present();
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
        control.ask(() -> {
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
        try {
            if (!control.end(LOOK_UP_MILLIS)) {
                LOG.warn("a change was still under way");
            }
            pools.end(LOOK_UP_MILLIS);
            resolver.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            heartbeat.close();
            readiness.close();
            neighbours.close();
            administration.close();
            rates.close();
            if (checks != null) {
                checks.close();
            }
            closeMetrics();
            lanes.close();
            accessLog.close();
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
