package io.vipgate.control;

import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.linux.ListenSocket;
import io.vipgate.loops.BoundAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A change of the listeners whose sockets are open, and that can't fail any more: it is either made or abandoned.
 *
 * <p>Confined to the control thread.
 */
public final class ListenerChange {
    private final ListenerRegistry registry;
    private final ListenSocket listenSocket;
    private final int socketsPerAddress;
    private final GatewayConfig config;
    private final Map<String, List<BoundAddress>> next = new LinkedHashMap<>();
    private final List<BoundAddress> opened = new ArrayList<>();
    private final List<BoundAddress> removed = new ArrayList<>();

    ListenerChange(ListenerRegistry registry, ListenSocket listenSocket, int socketsPerAddress, GatewayConfig config) {
        this.registry = registry;
        this.listenSocket = listenSocket;
        this.socketsPerAddress = socketsPerAddress;
        this.config = config;
        config.listeners().keySet().forEach(name -> next.put(name, new ArrayList<>()));
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

    boolean hasOpened(BoundAddress address) {
        return opened.contains(address);
    }

    /**
     * Opens what is not kept.
     *
     * @param free addresses that are open now and that no listener keeps
     * @throws StartException if one can't be opened; then none of them stays open
     */
    void open(List<BoundAddress> free) throws StartException {
        try {
            for (Map.Entry<String, ListenerConfig> listener : config.listeners().entrySet()) {
                openMissing(listener.getKey(), listener.getValue(), free);
            }
        } catch (StartException | RuntimeException e) {
            abandon();
            throw e;
        }
        removed.addAll(free);
    }

    void keep(String listener, BoundAddress kept) {
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
            List<Integer> sockets = listenSocket.open(bind.address().orElse(null), bind.port(), socketsPerAddress,
                    options(listener, config), isOurs);
            BoundAddress address = new BoundAddress(bind, listenSocket.port(sockets.getFirst()), sockets);
            opened.add(address);
            return address;
        } catch (ListenSocket.BindException e) {
            throw new StartException("listeners." + name + ".bind: " + bind + ": " + e.getMessage());
        }
    }

    /** Gives up what was opened for a change that is not made. */
    public void abandon() {
        opened.forEach(address -> address.sockets().forEach(listenSocket::close));
    }

    /** Makes the change. */
    public void commit() {
        registry.commit(this);
    }

    static ListenSocket.Options options(ListenerConfig listener, GatewayConfig config) {
        PoolConfig pool = Objects.requireNonNull(config.pools().get(listener.pool()));
        return new ListenSocket.Options(listener.backlog(), listener.freebind(),
                (int) pool.keepAlive().idle().toSeconds(), (int) pool.keepAlive().interval().toSeconds(),
                pool.keepAlive().count());
    }
}
