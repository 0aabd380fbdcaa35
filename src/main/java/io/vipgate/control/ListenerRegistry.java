package io.vipgate.control;

import io.vipgate.access.AccessList;
import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.clienthello.HelloRoutes;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.TlsConfig;
import io.vipgate.linux.FdBudget;
import io.vipgate.linux.ListenSocket;
import io.vipgate.linux.Sysctl;
import io.vipgate.loops.BoundAddress;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.loops.LoopContext;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.ListenerRoom;
import io.vipgate.pool.RelayRoom;
import io.vipgate.relay.Acceptor;
import io.vipgate.relay.ListenerState;
import io.vipgate.relay.ListenerWarnings;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayDrain;
import io.vipgate.relay.TlsRouting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners and their sockets. A socket belongs to its address: while the configuration names that address, its
 * socket stays open, whatever else changes around it.
 *
 * <p>A change opens its sockets when it is prepared, has them accept when it is made, and closes those that go in the end.
 *
 * <p>Confined to the control thread, but for {@link #present}.
 */
public final class ListenerRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerRegistry.class);

    private static final long MAX_RETIRING_NANOS = 1_000_000_000;

    private final EventLoopSet loops;
    private final FdBudget fdBudget;
    private final ConnectionLimit allRelays;
    private final RelayRoom room = new RelayRoom();
    private final ListenerAdmissions admissions;
    private final ListenerStates states;
    private final ListenSocket listenSocket = new ListenSocket();
    private final SocketStore store;
    private final Map<String, ConnectionLimit> limits = new HashMap<>();
    private final Map<String, ListenerRoom> rooms = new HashMap<>();
    private final Map<String, ListenerWarnings> warnings = new HashMap<>();
    /** Removed a moment ago, and when: their sockets may still be open. */
    private final Map<BoundAddress, Long> retiring = new HashMap<>();
    private Map<String, List<BoundAddress>> bound = new LinkedHashMap<>();
    /** The change that was made last; null before the first. */
    private @Nullable ListenerChange served;
    private Map<String, Duration> removedDrains = Map.of();
    private volatile List<Present> present = List.of();

    /**
     * A listener as it is now.
     *
     * @param addresses with the ports that they have got
     * @param pool whom it serves
     */
    public record Present(String name, List<String> addresses, String pool, ConnectionLimit limit,
            ListenerRoom room) {}

    /**
     * Makes a registry without listeners.
     *
     * @param fdBudget how the process's descriptors are shared out; each change shares them out anew
     * @param allRelays the places that they leave for relays
     * @param admissions who may come in
     * @param states what the operator wants of them
     * @param store where the sockets are kept open beyond the end of the process
     */
    public ListenerRegistry(EventLoopSet loops, FdBudget fdBudget, ConnectionLimit allRelays,
            ListenerAdmissions admissions, ListenerStates states, SocketStore store) {
        this.states = states;
        this.loops = loops;
        this.store = store;
        this.admissions = admissions;
        this.fdBudget = fdBudget;
        this.allRelays = allRelays;
    }

    /** The listeners, in the order of the configuration. From any thread. */
    public List<Present> present() {
        return present;
    }

    /** The addresses of each listener, in the order of the configuration. */
    public Map<String, List<BoundAddress>> bound() {
        return bound;
    }

    /** Who may come in to them. */
    public ListenerAdmissions admissions() {
        return admissions;
    }

    /** What the operator wants of them. From any thread. */
    public ListenerStates states() {
        return states;
    }

    /**
     * Has every loop do what the operator wants of the listeners now. When this returns, no loop takes a client that it should
     * not.
     */
    public void followStates() {
        loops.onEach(context -> {
            context.listeners().forEach((name, view) -> view.to(states.of(name)));
            context.acceptors().values().forEach(Acceptor::followState);
        });
    }

    /** Part of a change that comes before the others, and so is taken back last: with the state file before its states are back. */
    public ConfigChange restoreStates() {
        return new ConfigChange() {
            @Override
            public void commit() {
                // They are taken from the state file with the pools, and followed with the listeners.
            }

            @Override
            public void rollBack() {
                followStates();
            }
        };
    }

    /**
     * Opens the sockets that a configuration needs and that are not open yet. Nothing accepts on them so far.
     *
     * @param lists the configuration's access lists, by listener
     * @throws StartException if one can't be opened; then none stays open that was not before
     */
    public ListenerChange prepare(GatewayConfig config, Map<String, AccessList> lists) throws StartException {
        DescriptorNeeds needs = DescriptorNeeds.of(config, loops.count());
        FdBudget budget = fdBudget.withReserved(needs.sum());
        needs.check(budget);
        List<BoundAddress> present = all(bound);
        List<BoundAddress> free = new ArrayList<>(present);
        ListenerChange change = new ListenerChange(this, listenSocket, store, loops.count(), budget.relays(), config,
                lists);
        config.listeners().forEach((name, listener) -> {
            for (BindAddress bind : listener.bind()) {
                BoundAddress kept = take(free, name, bind);
                if (kept != null) {
                    change.keep(name, kept);
                }
            }
        });
        List<BoundAddress> open = new ArrayList<>(present);
        retiring.values().removeIf(since -> System.nanoTime() - since > MAX_RETIRING_NANOS);
        open.addAll(retiring.keySet());
        change.open(open, free);
        return change;
    }

    private static List<BoundAddress> all(Map<String, List<BoundAddress>> listeners) {
        return listeners.values().stream().flatMap(Collection::stream).toList();
    }

    /** An address whose port the kernel chose is only found again by its listener. */
    private @Nullable BoundAddress take(List<BoundAddress> free, String listener,
            BindAddress bind) {
        List<BoundAddress> own = bound.getOrDefault(listener, List.of());
        for (BoundAddress candidate : free) {
            if (candidate.bind().equals(bind) && (bind.port() != 0 || own.contains(candidate))) {
                free.remove(candidate);
                return candidate;
            }
        }
        return null;
    }

    /** Has every address of a change served, as it says; those that go stay. The loops have every pool that it names. */
    void commit(ListenerChange change) {
        ConfigMapping.warnOfBuffers(change.config());
        ConfigMapping.warnOfCongestion(change.config());
        serve(change, change.next(), change::hasOpened);
        change.surplus().forEach(this::empty);
    }

    private void serve(ListenerChange change, Map<String, List<BoundAddress>> addresses,
            Predicate<BoundAddress> isNew) {
        GatewayConfig config = change.config();
        shareRoom(config, change.maxRelays());
        config.listeners().forEach((name, listener) -> {
            ConnectionLimit limit = limit(name, listener, change.maxRelays());
            ListenerRoom itsRoom = Objects.requireNonNull(rooms.get(name));
            ListenerWarnings itsWarnings = warnings.computeIfAbsent(name, ListenerWarnings::new);
            ListenerState state = states.of(name);
            loops.onEach(context -> serve(context, name, listener, limit, itsRoom, itsWarnings).to(state));
            admissions.serve(loops, name, listener, change.accessList(name));
            warnOfSmallBacklog(name, listener.backlog());
        });
        addresses.forEach((name, all) -> all.forEach(address -> {
            if (!isNew.test(address)) {
                ListenSocket.Options options = ListenerChange
                        .options(Objects.requireNonNull(config.listeners().get(name)), config);
                address.sockets().forEach(socket -> listenSocket.adjust(socket, options));
            }
            accept(name, address);
        }));
    }

    /** Closes what a change has opened, and has everything else served as before. */
    void takeBack(ListenerChange change) {
        change.opened().forEach(address -> loops.onEach(address.sockets(), (context, socket) -> {
            Acceptor acceptor = context.acceptors().remove(address);
            if (acceptor == null) {
                listenSocket.close(socket);
            } else {
                acceptor.close();
            }
        }));
        change.next().keySet().stream().filter(name -> !bound.containsKey(name)).forEach(this::remove);
        if (served != null) {
            serve(served, bound, _ -> false);
        }
    }

    /** Closes the addresses that a change gives up: it can't be taken back any more. */
    void finish(ListenerChange change) {
        GatewayConfig config = change.config();
        Map<String, List<BoundAddress>> next = change.next();
        served = change;
        // In this order: the store may have room for no more than there are.
        release(change.removed());
        change.opened().forEach(address -> store.keep(address.bind(), address.sockets()));
        change.removed().forEach(address -> close(address, all(next)));
        bound.keySet().stream().filter(name -> !next.containsKey(name)).toList().forEach(this::remove);
        bound = next;
        Map<String, Duration> drains = new HashMap<>();
        config.listeners().forEach((name, listener) -> drains.put(name,
                Objects.requireNonNull(config.pools().get(listener.pool())).removedDrain()));
        removedDrains = drains;
        present = config.listeners().entrySet().stream().map(listener -> new Present(listener.getKey(),
                Objects.requireNonNull(bound.get(listener.getKey())).stream()
                        .map(address -> address.bind().withPort(address.port()).toString())
                        .toList(),
                listener.getValue().pool(), Objects.requireNonNull(limits.get(listener.getKey())),
                Objects.requireNonNull(rooms.get(listener.getKey())))).toList();
    }

    /** Takes no more clients: those who are queued are served, and whoever comes from now on is refused. */
    public void close() {
        release(all(bound));
        loops.onEach(context -> context.acceptors().values().forEach(Acceptor::drainAndClose));
    }

    /** What is kept elsewhere would go on listening, with nobody to accept. */
    private void release(List<BoundAddress> addresses) {
        store.release(addresses.stream().map(BoundAddress::bind).toList());
    }

    /** Serves who waits at sockets that are one too many, then closes them. */
    private void empty(String name, List<Integer> surplus) {
        loops.onEach(context -> {
            LoopListener view = Objects.requireNonNull(context.listeners().get(name));
            for (int i = context.number(); i < surplus.size(); i += loops.count()) {
                Acceptor.start(context.relays(), view, surplus.get(i)).retire();
            }
        });
    }

    private void accept(String name, BoundAddress address) {
        loops.onEach(address.sockets(), (context, socket) -> {
            LoopListener view = Objects.requireNonNull(context.listeners().get(name));
            Acceptor present = context.acceptors().get(address);
            if (present == null) {
                context.acceptors().put(address, Acceptor.start(context.relays(), view, socket));
            } else {
                present.serve(view);
            }
        });
    }

    private void close(BoundAddress address, List<BoundAddress> next) {
        boolean isOverlapped = next.stream().anyMatch(other -> other.bind().overlaps(address.bind()));
        if (isOverlapped) {
            retiring.put(address, System.nanoTime());
        }
        loops.onEach(context -> {
            Acceptor acceptor = context.acceptors().remove(address);
            if (acceptor != null && isOverlapped) {
                acceptor.retire();
            } else if (acceptor != null) {
                acceptor.drainAndClose();
            }
        });
    }

    private void remove(String name) {
        limits.remove(name);
        warnings.remove(name);
        admissions.remove(name);
        ListenerRoom itsRoom = rooms.remove(name);
        if (itsRoom != null) {
            room.remove(itsRoom);
        }
        long drain = removedDrains.getOrDefault(name, Duration.ZERO).toNanos();
        loops.onEach(context -> {
            LoopListener gone = context.listeners().remove(name);
            if (gone != null && drain > 0) {
                Predicate<Relay> matches = relay -> gone.equals(relay.listener());
                RelayDrain.begin(context.relays(), matches, gone::waiting, drain, gone::dismissWaiting);
            }
        });
    }

    private void shareRoom(GatewayConfig config, int maxRelays) {
        allRelays.most(maxRelays);
        Map<ListenerRoom, Integer> bounds = new HashMap<>();
        config.listeners().forEach((name, listener) -> bounds.put(rooms.computeIfAbsent(name, _ -> room.add()),
                listener.maxConnections().orElse(maxRelays)));
        room.share(maxRelays, bounds);
    }

    private static LoopListener serve(LoopContext context, String name, ListenerConfig config, ConnectionLimit limit,
            ListenerRoom room, ListenerWarnings warnings) {
        LoopPool served = Objects.requireNonNull(context.pools().get(config.pool()));
        LoopListener listener = context.listeners().computeIfAbsent(name,
                _ -> new LoopListener(name, limit, room, warnings, served));
        listener.serve(served);
        listener.bound(ConfigMapping.buffers(config.buffers()));
        listener.route(config.tls().map(tls -> routing(tls, context)).orElse(null));
        return listener;
    }

    private static TlsRouting routing(TlsConfig tls, LoopContext context) {
        return new TlsRouting(new HelloRoutes<>(pools(tls.names(), context), pools(tls.alpn(), context)),
                tls.unknownName() == TlsConfig.Otherwise.REJECT, tls.noName() == TlsConfig.Otherwise.REJECT,
                tls.notTls() == TlsConfig.Otherwise.REJECT, tls.timeout().toNanos(), (int) tls.maxHello().bytes());
    }

    private static Map<String, LoopPool> pools(Map<String, String> names, LoopContext context) {
        Map<String, LoopPool> pools = new HashMap<>();
        names.forEach((name, pool) -> pools.put(name, Objects.requireNonNull(context.pools().get(pool))));
        return pools;
    }

    private ConnectionLimit limit(String name, ListenerConfig listener, int maxRelays) {
        int most = listener.maxConnections().orElse(maxRelays);
        if (most > maxRelays) {
            LOG.warn("listeners.{}.maxConnections: {} is more than the limit on open files allows ({}); clients beyond "
                    + "that are refused", name, most, maxRelays);
        }
        ConnectionLimit limit = limits.computeIfAbsent(name, _ -> new ConnectionLimit(most));
        limit.most(most);
        return limit;
    }

    private static void warnOfSmallBacklog(String name, int backlog) {
        int most = Sysctl.read("net.core.somaxconn").map(Integer::parseInt).orElse(Integer.MAX_VALUE);
        if (most < backlog) {
            LOG.warn("listeners.{}.backlog: {} is more than net.core.somaxconn allows ({}); raise that", name, backlog,
                    most);
        }
    }
}
