package io.vipgate;

import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.linux.ListenSocket;
import io.vipgate.linux.Sysctl;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.relay.Acceptor;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayDrain;
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
 * <p>A change comes in two steps: {@link #prepare} does all that can fail, {@link Prepared#commit} the rest.
 *
 * <p>Confined to the control thread, but for {@link #present}.
 */
final class ListenerControl {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerControl.class);

    private final Lanes lanes;
    private final int mostRelays;
    private final ListenSocket listenSocket = new ListenSocket();
    private final Map<String, ConnectionLimit> limits = new HashMap<>();
    private Map<String, List<BoundAddress>> bound = new LinkedHashMap<>();
    private Map<String, Duration> removedDrains = Map.of();
    private volatile List<Present> present = List.of();

    /**
     * A listener as it is now.
     *
     * @param addresses with the ports that they have got
     * @param pool whom it serves
     */
    record Present(String name, List<String> addresses, String pool, ConnectionLimit limit) {}

    /**
     * Makes a control without listeners.
     *
     * @param mostRelays how many relays the process has descriptors for
     */
    ListenerControl(Lanes lanes, int mostRelays) {
        this.lanes = lanes;
        this.mostRelays = mostRelays;
    }

    /** The listeners, in the order of the configuration. From any thread. */
    List<Present> present() {
        return present;
    }

    /** The addresses of each listener, in the order of the configuration. */
    Map<String, List<BoundAddress>> bound() {
        return bound;
    }

    /**
     * Opens the sockets that a configuration needs and that are not open yet. Nothing accepts on them so far.
     *
     * @throws StartException if one can't be opened; then none stays open that was not before
     */
    Prepared prepare(GatewayConfig config) throws StartException {
        List<BoundAddress> free = new ArrayList<>(all(bound));
        Prepared prepared = new Prepared(config);
        for (Map.Entry<String, ListenerConfig> listener : config.listeners().entrySet()) {
            for (BindAddress bind : listener.getValue().bind()) {
                BoundAddress kept = take(free, listener.getKey(), bind);
                if (kept != null) {
                    prepared.keep(listener.getKey(), kept);
                }
            }
        }
        try {
            for (Map.Entry<String, ListenerConfig> listener : config.listeners().entrySet()) {
                prepared.openMissing(listener.getKey(), listener.getValue(), free);
            }
        } catch (StartException | RuntimeException e) {
            prepared.abandon();
            throw e;
        }
        prepared.removed.addAll(free);
        return prepared;
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

    private ListenSocket.Options options(ListenerConfig listener, GatewayConfig config) {
        PoolConfig pool = Objects.requireNonNull(config.pools().get(listener.pool()));
        return new ListenSocket.Options(listener.backlog(), listener.freebind(),
                (int) pool.keepAlive().idle().toSeconds(), (int) pool.keepAlive().interval().toSeconds(),
                pool.keepAlive().count());
    }

    /** A change whose sockets are open, and that can't fail any more. */
    final class Prepared {
        private final GatewayConfig config;
        private final Map<String, List<BoundAddress>> next = new LinkedHashMap<>();
        private final List<BoundAddress> opened = new ArrayList<>();
        private final List<BoundAddress> removed = new ArrayList<>();

        private Prepared(GatewayConfig config) {
            this.config = config;
            config.listeners().keySet().forEach(name -> next.put(name, new ArrayList<>()));
        }

        private void keep(String listener, BoundAddress kept) {
            Objects.requireNonNull(next.get(listener)).add(kept);
        }

        private void openMissing(String name, ListenerConfig listener, List<BoundAddress> free)
                throws StartException {
            List<BoundAddress> have = Objects.requireNonNull(next.get(name));
            List<BoundAddress> kept = new ArrayList<>(have);
            have.clear();
            for (BindAddress bind : listener.bind()) {
                BoundAddress found = kept.stream().filter(each -> each.bind().equals(bind)).findFirst().orElse(null);
                if (found != null) {
                    kept.remove(found);
                    have.add(found);
                } else {
                    have.add(open(name, listener, bind, free));
                }
            }
        }

        private BoundAddress open(String name, ListenerConfig listener, BindAddress bind, List<BoundAddress> free)
                throws StartException {
            // An address that is about to be given up may still hold this one, for a moment.
            boolean isOurs = free.stream().anyMatch(other -> other.bind().overlaps(bind));
            try {
                List<Integer> sockets = listenSocket.open(bind.address().orElse(null), bind.port(), lanes.count(),
                        options(listener, config), isOurs);
                BoundAddress address = new BoundAddress(bind, listenSocket.port(sockets.getFirst()), sockets);
                opened.add(address);
                return address;
            } catch (ListenSocket.BindException e) {
                throw new StartException("listeners." + name + ".bind: " + bind + ": " + e.getMessage());
            }
        }

        /** Gives up what was opened for a change that is not made. */
        void abandon() {
            opened.forEach(address -> address.sockets().forEach(listenSocket::close));
        }

        /** Makes the change. The lanes have every pool that it names. */
        void commit() {
            for (Map.Entry<String, ListenerConfig> listener : config.listeners().entrySet()) {
                ConnectionLimit limit = limit(listener.getKey(), listener.getValue());
                lanes.onEach(lane -> serve(lane, listener.getKey(), listener.getValue().pool(), limit));
                warnOfSmallBacklog(listener.getKey(), listener.getValue().backlog());
            }
            next.forEach((name, addresses) -> addresses.forEach(address -> accept(name, address)));
            for (BoundAddress address : removed) {
                lanes.onEach(lane -> {
                    Acceptor acceptor = lane.acceptors().remove(address);
                    if (acceptor != null) {
                        acceptor.drainAndClose();
                    }
                });
            }
            bound.keySet().stream().filter(name -> !next.containsKey(name)).toList().forEach(this::remove);
            bound = next;
            Map<String, Duration> drains = new HashMap<>();
            config.listeners().forEach((name, listener) -> drains.put(name,
                    Objects.requireNonNull(config.pools().get(listener.pool())).removedDrain()));
            removedDrains = drains;
            present = config.listeners().entrySet().stream().map(listener -> new Present(listener.getKey(),
                    Objects.requireNonNull(bound.get(listener.getKey())).stream()
                            .map(address -> new BindAddress(address.bind().address(), address.port()).toString())
                            .toList(),
                    listener.getValue().pool(), Objects.requireNonNull(limits.get(listener.getKey())))).toList();
        }

        private void accept(String name, BoundAddress address) {
            ListenerConfig listener = Objects.requireNonNull(config.listeners().get(name));
            if (!opened.contains(address)) {
                ListenSocket.Options options = options(listener, config);
                address.sockets().forEach(socket -> listenSocket.adjust(socket, options));
            }
            lanes.onEach(address.sockets(), (lane, socket) -> {
                LoopListener view = Objects.requireNonNull(lane.listeners().get(name));
                Acceptor present = lane.acceptors().get(address);
                if (present == null) {
                    lane.acceptors().put(address, new Acceptor(lane.relays(), view, socket));
                } else {
                    present.serve(view);
                }
            });
        }

        private void remove(String name) {
            limits.remove(name);
            long drain = removedDrains.getOrDefault(name, Duration.ZERO).toNanos();
            lanes.onEach(lane -> {
                LoopListener gone = lane.listeners().remove(name);
                if (gone != null && drain > 0) {
                    Predicate<Relay> isMeant = relay -> gone.equals(relay.listener());
                    RelayDrain.begin(lane.relays(), isMeant, drain, () -> {});
                }
            });
        }
    }

    private static void serve(Lanes.Lane lane, String name, String pool, ConnectionLimit limit) {
        LoopPool served = Objects.requireNonNull(lane.pools().get(pool));
        lane.listeners().computeIfAbsent(name, _ -> new LoopListener(name, limit, served)).serve(served);
    }

    private ConnectionLimit limit(String name, ListenerConfig listener) {
        int most = listener.maxConnections().orElse(mostRelays);
        if (most > mostRelays) {
            LOG.warn("listeners.{}.maxConnections: {} is more than the limit on open files allows ({}); clients beyond "
                    + "that wait", name, most, mostRelays);
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
