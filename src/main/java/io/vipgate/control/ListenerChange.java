package io.vipgate.control;

import io.vipgate.access.AccessList;
import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.linux.ListenSocket;
import io.vipgate.loops.BoundAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change of the listeners whose sockets are open. An address that goes is closed in the end, when nothing can be taken back.
 *
 * <p>Confined to the control thread.
 */
public final class ListenerChange implements ConfigChange {
    private final ListenerRegistry registry;
    private final ListenSocket listenSocket;
    private final SocketStore store;
    private final int socketsPerAddress;
    private final int maxRelays;
    private final GatewayConfig config;
    private final Map<String, AccessList> lists;
    private final Map<String, List<BoundAddress>> next = new LinkedHashMap<>();
    private final List<BoundAddress> opened = new ArrayList<>();
    private final Map<String, List<Integer>> surplus = new HashMap<>();
    private final List<BoundAddress> removed = new ArrayList<>();

    ListenerChange(ListenerRegistry registry, ListenSocket listenSocket, SocketStore store, int socketsPerAddress,
            int maxRelays, GatewayConfig config, Map<String, AccessList> lists) {
        this.lists = Map.copyOf(lists);
        this.registry = registry;
        this.listenSocket = listenSocket;
        this.store = store;
        this.socketsPerAddress = socketsPerAddress;
        this.maxRelays = maxRelays;
        this.config = config;
        config.listeners().keySet().forEach(name -> next.put(name, new ArrayList<>()));
    }

    /** How many relays there are descriptors for after the change. */
    int maxRelays() {
        return maxRelays;
    }

    /** Who may come in to a listener; null when everybody may. */
    @Nullable
    AccessList accessList(String listener) {
        return lists.get(listener);
    }

    GatewayConfig config() {
        return config;
    }

    /** The addresses of each listener after the change, in the order of the configuration. */
    Map<String, List<BoundAddress>> next() {
        return next;
    }

    /** Addresses that no listener has after the change. */
    List<BoundAddress> removed() {
        return removed;
    }

    /** Addresses that were opened for it. */
    List<BoundAddress> opened() {
        return opened;
    }

    /** Sockets that an earlier process has left a listener beyond one for each loop; who waits there is still to be served. */
    Map<String, List<Integer>> surplus() {
        return surplus;
    }

    boolean hasOpened(BoundAddress address) {
        return opened.contains(address);
    }

    /**
     * Opens what is not kept.
     *
     * @param present addresses that are open now
     * @param free those of them that no listener keeps
     * @throws StartException if one can't be opened; then none of them stays open
     */
    void open(List<BoundAddress> present, List<BoundAddress> free) throws StartException {
        List<Missing> missing = new ArrayList<>();
        config.listeners().forEach((name, listener) -> {
            List<BoundAddress> kept = new ArrayList<>(Objects.requireNonNull(next.get(name)));
            listener.bind().stream().filter(bind -> take(kept, bind) == null)
                    .forEach(bind -> missing.add(new Missing(name, bind, inherited(name, bind))));
        });
        try {
            List<List<Integer>> sockets = listenSocket
                    .open(missing.stream().map(each -> wanted(each, present, missing)).toList(), socketsPerAddress);
            for (int i = 0; i < sockets.size(); i++) {
                opened.add(new BoundAddress(missing.get(i).bind(), listenSocket.port(sockets.get(i).getFirst()),
                        sockets.get(i)));
            }
        } catch (ListenSocket.BindException e) {
            Missing failed = missing.get(e.index());
            throw new StartException("listeners." + failed.listener() + ".bind: " + failed.bind() + ": "
                    + e.getMessage());
        }
        arrange();
        removed.addAll(free);
    }

    void keep(String listener, BoundAddress kept) {
        Objects.requireNonNull(next.get(listener)).add(kept);
    }

    /**
     * An address that is to be opened.
     *
     * @param inherited sockets that listen there already
     */
    private record Missing(String listener, BindAddress bind, List<Integer> inherited) {
        boolean isOverlapped(Missing other) {
            return !other.equals(this) && other.bind.overlaps(bind);
        }
    }

    /** Puts what is kept and what was opened into the order of the configuration. */
    private void arrange() {
        Iterator<BoundAddress> added = opened.iterator();
        config.listeners().forEach((name, listener) -> {
            List<BoundAddress> all = Objects.requireNonNull(next.get(name));
            List<BoundAddress> kept = new ArrayList<>(all);
            all.clear();
            for (BindAddress bind : listener.bind()) {
                BoundAddress found = take(kept, bind);
                all.add(found == null ? added.next() : found);
            }
        });
    }

    private static @Nullable BoundAddress take(List<BoundAddress> kept, BindAddress bind) {
        BoundAddress found = kept.stream().filter(each -> each.bind().equals(bind)).findFirst().orElse(null);
        kept.remove(found);
        return found;
    }

    private ListenSocket.Wanted wanted(Missing missing, List<BoundAddress> present, List<Missing> all) {
        BindAddress bind = missing.bind();
        ListenSocket.Overlap overlap = ListenSocket.Overlap.NONE;
        if (present.stream().anyMatch(open -> open.bind().overlaps(bind))
                || all.stream().anyMatch(other -> missing.isOverlapped(other) && !other.inherited().isEmpty())) {
            // One that is about to be given up holds on to its port for a moment more; what an earlier process has left
            // has never let it go.
            overlap = ListenSocket.Overlap.OPEN_ALREADY;
        } else if (all.stream().anyMatch(missing::isOverlapped)) {
            overlap = ListenSocket.Overlap.OPENED_TOGETHER;
        }
        ListenerConfig listener = Objects.requireNonNull(config.listeners().get(missing.listener()));
        return new ListenSocket.Wanted(bind.address().orElse(null), bind.port(), options(listener, config), overlap,
                missing.inherited());
    }

    private List<Integer> inherited(String listener, BindAddress bind) {
        List<Integer> left = store.take(bind);
        if (left.size() <= socketsPerAddress) {
            return left;
        }
        // There were more event loops.
        surplus.computeIfAbsent(listener, _ -> new ArrayList<>())
                .addAll(left.subList(socketsPerAddress, left.size()));
        return left.subList(0, socketsPerAddress);
    }

    @Override
    public void commit() {
        registry.commit(this);
    }

    @Override
    public void rollBack() {
        registry.takeBack(this);
    }

    @Override
    public void finish() {
        registry.finish(this);
    }

    static ListenSocket.Options options(ListenerConfig listener, GatewayConfig config) {
        PoolConfig pool = Objects.requireNonNull(config.pools().get(listener.pool()));
        return new ListenSocket.Options(listener.backlog(), listener.freebind(),
                (int) pool.keepAlive().idle().toSeconds(), (int) pool.keepAlive().interval().toSeconds(),
                pool.keepAlive().count(), ConfigMapping.congestion(listener.congestion()));
    }
}
