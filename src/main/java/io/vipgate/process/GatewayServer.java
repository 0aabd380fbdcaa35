package io.vipgate.process;

import io.vipgate.access.Blocks;
import io.vipgate.accesslog.AccessLog;
import io.vipgate.admin.AdminServer;
import io.vipgate.admin.http.HeapShare;
import io.vipgate.admin.MetricsHandler;
import io.vipgate.admin.MetricsSource;
import io.vipgate.config.GatewayConfig;
import io.vipgate.control.BlockActions;
import io.vipgate.control.ControlThread;
import io.vipgate.control.DescriptorNeeds;
import io.vipgate.control.HostLookup;
import io.vipgate.control.HostResolver;
import io.vipgate.control.ListenerAdmissions;
import io.vipgate.control.ListenerRegistry;
import io.vipgate.control.ListenerStates;
import io.vipgate.control.LiveFailures;
import io.vipgate.control.ManagedPool;
import io.vipgate.control.OperatorActions;
import io.vipgate.control.PoolRegistry;
import io.vipgate.control.RecentEvents;
import io.vipgate.control.SocketStore;
import io.vipgate.control.Standby;
import io.vipgate.control.StartException;
import io.vipgate.eventloop.EventLoops;
import io.vipgate.gateway.BuildInfo;
import io.vipgate.gateway.ConfigParticipant;
import io.vipgate.gateway.Gateway;
import io.vipgate.gateway.GatewayParts;
import io.vipgate.linux.FdBudget;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.loops.LoopCountsReader;
import io.vipgate.loops.LoopHeartbeat;
import io.vipgate.loops.RelayEvents;
import io.vipgate.metrics.GatewayMetrics;
import io.vipgate.neighbour.CoLocationWatch;
import io.vipgate.operations.AdminOperations;
import io.vipgate.operations.BlockReport;
import io.vipgate.operations.PinReport;
import io.vipgate.operations.Readiness;
import io.vipgate.operations.RelayReport;
import io.vipgate.operations.SelectionExplainer;
import io.vipgate.operations.SourceReport;
import io.vipgate.operations.StatusReport;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.relay.RelayLoop;
import io.vipgate.telemetry.History;
import io.vipgate.telemetry.HistoryRecorder;
import io.vipgate.telemetry.MetricsReader;
import io.vipgate.telemetry.RateSampler;
import io.vipgate.telemetry.ReloadCounts;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Builds a gateway and everything around it, starts it and closes it: the one place that knows all parts.
 *
 * <p>Thread-safe.
 */
public final class GatewayServer implements AutoCloseable {
    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration CONNECTS_EVERY = Duration.ofSeconds(1);
    private static final Duration REBALANCE_EVERY = Duration.ofSeconds(1);
    private static final Duration ADDRESSES_EVERY = Duration.ofSeconds(5);

    private final Gateway gateway;
    private final AccessLog accessLog;
    private final ListenerAdmissions admissions;
    private final RecentEvents events;
    private final ReloadCounts reloads;
    private final OperatorActions operator;
    private final AdminOperations operations;
    private final Readiness readiness;
    private final RateSampler rates;
    private final LazyMetrics metrics;
    private final HttpServers servers;
    private final LoopHeartbeat heartbeat;
    private final CoLocationWatch neighbours;
    private final PoolRegistry pools;
    private final PeriodicTasks periodic = new PeriodicTasks();

    /**
     * What a gateway uses that is not of its making.
     *
     * @param names finds the addresses of endpoints that are given by name
     * @param store where listening sockets are kept
     * @param others whoever else changes of the configuration concern
     * @param clock monotonic time in nanoseconds, for what takes minutes
     */
    private record Surroundings(HostLookup names, SocketStore store, List<ConfigParticipant> others,
            LongSupplier clock) {}

    /**
     * Builds the parts; nothing runs yet but the event loops, which {@code threads} started.
     *
     * @param config what it starts with
     */
    private GatewayServer(EventLoops threads, FdBudget fdBudget, Surroundings around, GatewayConfig config) {
        ControlThread control = new ControlThread();
        accessLog = new AccessLog();
        events = new RecentEvents();
        reloads = new ReloadCounts();
        LiveFailures liveFailures = new LiveFailures();
        ConnectionLimit relayLimit = new ConnectionLimit(fdBudget.relays());
        int pipesPerLoop = fdBudget.pipes() / threads.all().size();
        EventLoopSet loops = new EventLoopSet(threads, loop -> new RelayLoop(loop, relayLimit, pipesPerLoop,
                new RelayEvents(liveFailures, accessLog.forLoop())));
        HostResolver resolver = new HostResolver(around.names());
        Blocks blocks = new Blocks();
        Standby standby = new Standby();
        ListenerStates listenerStates = new ListenerStates();
        pools = new PoolRegistry(loops, resolver, control, events, liveFailures, blocks, standby, listenerStates,
                around.clock());
        ListenerRegistry listeners = new ListenerRegistry(loops, fdBudget, relayLimit, new ListenerAdmissions(blocks),
                listenerStates, around.store());
        admissions = listeners.admissions();
        heartbeat = new LoopHeartbeat(loops);
        neighbours = new CoLocationWatch(
                () -> pools.all().stream().map(ManagedPool::pool).toList());
        HeapShare share = HeapShare.ofThisProcess();
        servers = new HttpServers(share);
        operator = new OperatorActions(pools, listeners, loops, control, standby, events);
        BlockActions blockActions = new BlockActions(blocks, pools, operator, control);
        gateway = new Gateway(new GatewayParts(control, loops, pools, listeners, resolver, accessLog, heartbeat,
                neighbours, relayLimit),
                Stream.concat(Stream.of(servers, (ConfigParticipant) _ -> blockActions.onConfig()),
                        around.others().stream())
                        .toList(),
                config);
        BlockReport blockReport = new BlockReport(blocks, blockActions, InstantSource.system());
        readiness = new Readiness(gateway, standby, listeners);
        History history = new History();
        rates = new RateSampler(loops, new HistoryRecorder(history, pools, listeners, InstantSource.system()));
        operations = new AdminOperations(operator, readiness,
                new StatusReport(gateway, readiness, pools, listeners, blockReport, rates, events, config), history,
                new RelayReport(operator, pools), new PinReport(pools), blockReport,
                new SourceReport(listeners, System::nanoTime),
                new SelectionExplainer(gateway, pools, listeners));
        BuildInfo build = BuildInfo.read();
        metrics = new LazyMetrics(() -> new GatewayMetrics(
                new MetricsReader(pools, listeners.admissions(), listenerStates,
                        new LoopCountsReader(loops),
                        heartbeat, neighbours, reloads, standby, accessLog::dropped, Logging::dropped, gateway::config,
                        gateway::changes),
                build.version(), build.netty(), share));
    }

    /**
     * Binds every address and begins to serve.
     *
     * @throws StartException if that is not possible; nothing stays open then
     */
    public static GatewayServer start(GatewayConfig config) throws StartException {
        return start(config, HostLookup.ofThisMachine());
    }

    /**
     * As {@link #start(GatewayConfig)}.
     *
     * @param store where the listening sockets are kept open beyond the end of the process
     */
    public static GatewayServer start(GatewayConfig config, SocketStore store) throws StartException {
        return start(config,
                new Surroundings(HostLookup.ofThisMachine(), store, List.of(), System::nanoTime));
    }

    /**
     * As {@link #start(GatewayConfig)}.
     *
     * @param names finds the addresses of endpoints that are given by name
     */
    public static GatewayServer start(GatewayConfig config, HostLookup names) throws StartException {
        return start(config, names, List.of());
    }

    /**
     * As {@link #start(GatewayConfig)}.
     *
     * @param names finds the addresses of endpoints that are given by name
     * @param others whoever else changes of the configuration concern, the first one included
     */
    public static GatewayServer start(GatewayConfig config, HostLookup names, List<ConfigParticipant> others)
            throws StartException {
        return start(config, names, others, System::nanoTime);
    }

    /**
     * As {@link #start(GatewayConfig)}.
     *
     * @param names finds the addresses of endpoints that are given by name
     * @param others whoever else changes of the configuration concern, the first one included
     * @param clock monotonic time in nanoseconds, for what takes minutes
     */
    public static GatewayServer start(GatewayConfig config, HostLookup names, List<ConfigParticipant> others,
            LongSupplier clock) throws StartException {
        return start(config, new Surroundings(names, SocketStore.NONE, others, clock));
    }

    private static GatewayServer start(GatewayConfig config, Surroundings around) throws StartException {
        String unavailable = EventLoops.whyUnavailable();
        if (unavailable != null) {
            throw new StartException("native epoll is not available: " + unavailable
                    + " (expected: Linux on x86_64 or aarch64 with glibc, and a temporary directory that is writable and "
                    + "not mounted noexec: /tmp, or VIPGATE_JAVA_OPTS=-Djava.io.tmpdir=DIRECTORY; or the native library "
                    + "on java.library.path)");
        }
        int count = config.runtime().eventLoops() == 0
                ? Runtime.getRuntime().availableProcessors()
                : config.runtime().eventLoops();
        DescriptorNeeds needs = DescriptorNeeds.of(config, count);
        FdBudget fdBudget = FdBudget.of(FdBudget.limitOfThisProcess(), needs.sum());
        needs.check(fdBudget);
        GatewayServer server = new GatewayServer(eventLoops(count), fdBudget, around, config);
        try {
            server.serve(config);
            return server;
        } catch (StartException | RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    private static EventLoops eventLoops(int count) throws StartException {
        try {
            return new EventLoops(count);
        } catch (IllegalStateException e) {
            throw new StartException("runtime.eventLoops: " + count + " event loops can't be started (each takes three "
                    + "descriptors and a thread); raise the limit on open files, or ask for fewer");
        }
    }

    private void serve(GatewayConfig config) throws StartException {
        periodic.every(LoopHeartbeat.EVERY, heartbeat::ask);
        periodic.every(FIRST_LOOK, RateSampler.EVERY, rates::sample);
        periodic.every(FIRST_LOOK, CONNECTS_EVERY, pools::sampleConnects);
        // Pools are known by then, and their endpoints have been talked to.
        periodic.every(FIRST_LOOK, CoLocationWatch.EVERY, neighbours::look);
        periodic.every(FIRST_LOOK, ADDRESSES_EVERY, pools::lookAtOwnAddresses);
        periodic.every(FIRST_LOOK, REBALANCE_EVERY, pools::rebalance);
        periodic.start();
        // Before the listeners: what can't be bound ends the start, and clients that had come would be reset.
        servers.bind(config, operations, readiness, new MetricsHandler(accept -> metrics().scrape(accept)));
        gateway.start(config);
        servers.start();
    }

    /** The gateway itself. */
    public Gateway gateway() {
        return gateway;
    }

    /** What an operator can do to it. */
    public OperatorActions operator() {
        return operator;
    }

    /** What the admin API can do. */
    public AdminOperations operations() {
        return operations;
    }

    /** The operator's server; empty when there is none. */
    public Optional<AdminServer> adminServer() {
        return servers.admin();
    }

    /** The port of the read-only address; empty when there is none. */
    public OptionalInt checkPort() {
        return servers.checkPort();
    }

    /** What scrapers are told. The registry is made when it is first asked for. */
    public MetricsSource metrics() {
        return metrics.get();
    }

    /** Who may come in. */
    ListenerAdmissions admissions() {
        return admissions;
    }

    /** Its access log. */
    public AccessLog accessLog() {
        return accessLog;
    }

    /** What is done again and again while it serves. */
    PeriodicTasks periodic() {
        return periodic;
    }

    RecentEvents events() {
        return events;
    }

    ReloadCounts reloads() {
        return reloads;
    }

    /** Closes everything at once; open relays are reset. */
    @Override
    public void close() {
        gateway.announceStop();
        try {
            // First, so that what they still answer has all it asks.
            servers.close();
            metrics.close();
            periodic.close();
        } finally {
            gateway.close();
        }
    }
}
