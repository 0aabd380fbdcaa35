package io.vipgate;

import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.net.EventLoop;
import io.vipgate.net.EventLoops;
import io.vipgate.net.FdBudget;
import io.vipgate.net.ListenSocket;
import io.vipgate.net.Sysctl;
import io.vipgate.pool.Pool;
import io.vipgate.probe.HealthMonitor;
import io.vipgate.relay.Acceptor;
import io.vipgate.relay.ConnectionLimit;
import io.vipgate.relay.LocalPorts;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.RelayDrain;
import io.vipgate.relay.RelayLoop;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway: loops, pools and listeners made from one configuration.
 *
 * <p>Confined to one thread at a time: the one that starts it, then the one that stops it.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** What one event loop has of the gateway. */
    private record Lane(RelayLoop relays, Map<String, LoopPool> pools, List<Acceptor> acceptors) {}

    private final EventLoops loops;
    private final ScheduledExecutorService control = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("vipgate-control").daemon().factory());
    private final List<HealthMonitor> monitors = new ArrayList<>();
    private final FdBudget fdBudget;
    private final List<Lane> lanes = new ArrayList<>();
    private final Map<String, List<Integer>> ports = new LinkedHashMap<>();
    private final Map<String, Pool> pools = new LinkedHashMap<>();

    private Gateway(EventLoops loops, FdBudget fdBudget) {
        this.loops = loops;
        this.fdBudget = fdBudget;
    }

    /**
     * Binds every listener and begins to accept.
     *
     * @throws StartException if that is not possible; nothing stays open then
     */
    public static Gateway start(GatewayConfig config) throws StartException {
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
        Gateway gateway = new Gateway(loops(count), fdBudget);
        try {
            gateway.assemble(config);
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

    private void assemble(GatewayConfig config) throws StartException {
        Map<String, Assembly> assemblies = new LinkedHashMap<>();
        for (Map.Entry<String, PoolConfig> pool : config.pools().entrySet()) {
            try {
                Assembly assembly = Assembly.of(pool.getKey(), pool.getValue(), control);
                assemblies.put(pool.getKey(), assembly);
                monitors.add(assembly.monitor());
            } catch (IllegalArgumentException e) {
                throw new StartException("pools." + pool.getKey() + ": " + e.getMessage());
            }
        }
        Map<String, HealthMonitor> monitorOf = new LinkedHashMap<>();
        assemblies.forEach((name, pool) -> {
            monitorOf.put(name, pool.monitor());
            pools.put(name, pool.pool());
        });
        ConnectionLimit relays = new ConnectionLimit(fdBudget.relays());
        LocalPorts localPorts = LocalPorts.ofThisMachine();
        SplittableRandom seeds = new SplittableRandom();
        int pipesPerLoop = fdBudget.pipes() / loops.all().size();
        for (EventLoop loop : loops.all()) {
            onLoop(loop, () -> {
                Map<String, LoopPool> views = new LinkedHashMap<>();
                assemblies.forEach((name, pool) -> views.put(name,
                        new LoopPool(pool.pool(), pool.settings(), pool.factory(), seeds.split(), localPorts)));
                lanes.add(new Lane(new RelayLoop(loop, relays, pipesPerLoop, new RelayEvents(monitorOf)), views,
                        new ArrayList<>()));
            });
        }
        for (Map.Entry<String, ListenerConfig> listener : config.listeners().entrySet()) {
            listen(listener.getKey(), listener.getValue(), config.pools());
        }
        monitors.forEach(HealthMonitor::start);
    }

    private void listen(String name, ListenerConfig config, Map<String, PoolConfig> pools) throws StartException {
        warnOfSmallBacklog(name, config.backlog());
        PoolConfig pool = pools.get(config.pool());
        if (pool == null) {
            throw new StartException("listeners." + name + ".pool: " + config.pool() + " (expected: a pool)");
        }
        ListenSocket.Options options = new ListenSocket.Options(config.backlog(), config.freebind(),
                (int) pool.keepAlive().idle().toSeconds(), (int) pool.keepAlive().interval().toSeconds(),
                pool.keepAlive().count());
        ConnectionLimit limit = new ConnectionLimit(config.maxConnections().orElse(fdBudget.relays()));
        if (limit.most() > fdBudget.relays()) {
            LOG.warn(
                    "listeners.{}.maxConnections: {} is more than the limit on open files allows ({}); clients beyond that "
                            + "wait",
                    name, limit.most(), fdBudget.relays());
        }
        ListenSocket listenSocket = new ListenSocket();
        List<LoopListener> views = new ArrayList<>();
        for (Lane lane : lanes) {
            LoopPool view = lane.pools().get(config.pool());
            if (view != null) {
                views.add(new LoopListener(name, limit, view));
            }
        }
        List<Integer> bound = new ArrayList<>();
        for (BindAddress bind : config.bind()) {
            InetAddress address = bind.address().orElse(null);
            try {
                List<Integer> sockets = listenSocket.open(address, bind.port(), lanes.size(), options);
                bound.add(listenSocket.port(sockets.getFirst()));
                accept(sockets, views, listenSocket);
            } catch (ListenSocket.BindException e) {
                throw new StartException("listeners." + name + ".bind: " + bind + ": " + e.getMessage());
            }
        }
        ports.put(name, List.copyOf(bound));
    }

    /** Hands each socket to its loop; what no loop has taken is closed. */
    private void accept(List<Integer> sockets, List<LoopListener> views, ListenSocket listenSocket) {
        int taken = 0;
        try {
            for (; taken < sockets.size(); taken++) {
                Lane lane = lanes.get(taken);
                LoopListener view = views.get(taken);
                int fd = sockets.get(taken);
                onLoop(lane.relays().eventLoop(), () -> lane.acceptors().add(new Acceptor(lane.relays(), view, fd)));
            }
        } finally {
            sockets.subList(taken, sockets.size()).forEach(listenSocket::close);
        }
    }

    private static void warnOfSmallBacklog(String name, int backlog) {
        int most = Sysctl.read("net.core.somaxconn").map(Integer::parseInt).orElse(Integer.MAX_VALUE);
        if (most < backlog) {
            LOG.warn("listeners.{}.backlog: {} is more than net.core.somaxconn allows ({}); raise that", name, backlog,
                    most);
        }
    }

    /** Runs an action on a loop and waits for it. */
    private static void onLoop(EventLoop loop, Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        done.join();
    }

    /** The ports that a listener is bound to, in the order of its addresses. */
    public List<Integer> ports(String listener) {
        return ports.getOrDefault(listener, List.of());
    }

    /**
     * A pool by its name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Pool pool(String name) {
        Pool pool = pools.get(name);
        if (pool == null) {
            throw new IllegalArgumentException("pool: " + name + " (expected: one of " + pools.keySet() + ")");
        }
        return pool;
    }

    /** Relays that the process has descriptors for. */
    public int mostRelays() {
        return fdBudget.relays();
    }

    /** Event loops. */
    public int eventLoops() {
        return lanes.size();
    }

    /** Open relays of all loops. */
    public int relays() {
        int[] sum = {0};
        forEachLoop(relays -> sum[0] += relays.relays());
        return sum[0];
    }

    /** Lets an action look at each loop's relays, on that loop, one loop after the other. */
    public void forEachLoop(Consumer<RelayLoop> action) {
        for (Lane lane : lanes) {
            onLoop(lane.relays().eventLoop(), () -> action.accept(lane.relays()));
        }
    }

    /** Lets an action look at each loop's view of a pool, on that loop, one loop after the other. */
    public void forEachLoop(String pool, Consumer<LoopPool> action) {
        for (Lane lane : lanes) {
            LoopPool view = lane.pools().get(pool);
            if (view != null) {
                onLoop(lane.relays().eventLoop(), () -> action.accept(view));
            }
        }
    }

    /**
     * Takes no more clients, and waits until the present ones are done.
     *
     * @param drain how long they may take; what is left then is reset
     * @return how many relays were open at the beginning
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public int drain(Duration drain) throws InterruptedException {
        for (Lane lane : lanes) {
            onLoop(lane.relays().eventLoop(), () -> lane.acceptors().forEach(Acceptor::drainAndClose));
        }
        int open = relays();
        CountDownLatch left = new CountDownLatch(lanes.size());
        for (Lane lane : lanes) {
            onLoop(lane.relays().eventLoop(),
                    () -> RelayDrain.begin(lane.relays(), drain.toNanos(), left::countDown));
        }
        if (!left.await(drain.toNanos() + TimeUnit.SECONDS.toNanos(5), TimeUnit.NANOSECONDS)) {
            LOG.error("relays were left after the drain: {}", relays());
        }
        return open;
    }

    /** Closes everything at once; open relays are reset. */
    @Override
    public void close() {
        monitors.forEach(HealthMonitor::close);
        control.shutdownNow();
        for (Lane lane : lanes) {
            onLoop(lane.relays().eventLoop(), () -> {
                lane.acceptors().forEach(Acceptor::close);
                RelayDrain.begin(lane.relays(), 0, () -> {});
                lane.relays().close();
            });
        }
        loops.close();
    }

    /** Says in one line what runs. */
    public String describe(GatewayConfig config) {
        String listeners = config.listeners().entrySet().stream()
                .map(entry -> entry.getKey() + " on "
                        + entry.getValue().bind().stream().map(BindAddress::toString).collect(Collectors.joining(", "))
                        + " -> " + entry.getValue().pool())
                .collect(Collectors.joining("; "));
        String pools = config.pools().entrySet().stream()
                .map(entry -> entry.getKey() + " (" + entry.getValue().endpoints().size() + " endpoints, "
                        + entry.getValue().balance().name().toLowerCase(Locale.ROOT).replace('_', '-') + ")")
                .collect(Collectors.joining(", "));
        BuildInfo build = BuildInfo.read();
        return "vipgate " + build.version() + " serves " + listeners + "; pools " + pools + "; " + eventLoops()
                + " event loops, room for " + mostRelays() + " relays; JDK " + Runtime.version() + ", Netty "
                + build.netty();
    }
}
