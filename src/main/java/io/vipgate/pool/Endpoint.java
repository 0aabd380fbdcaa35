package io.vipgate.pool;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One address of a pool. Its identity and its count of open connections outlive every change of its state, so that
 * limits and {@code least-connections} hold over all loops and over reloads.
 *
 * <p>Thread-safe.
 */
public final class Endpoint {
    private final String name;
    private final InetSocketAddress address;
    private final int maxConnections;
    private final AtomicInteger connections = new AtomicInteger();

    /**
     * Makes an endpoint without connections.
     *
     * @param name its name, unique in the pool
     * @param address where to connect, resolved
     * @param maxConnections most connections at once, 0 for no bound
     */
    public Endpoint(String name, InetSocketAddress address, int maxConnections) {
        this.name = name;
        this.address = address;
        this.maxConnections = maxConnections;
    }

    /** Its name, unique in the pool. */
    public String name() {
        return name;
    }

    /** Where to connect. */
    public InetSocketAddress address() {
        return address;
    }

    /** Most connections at once, 0 for no bound. */
    public int maxConnections() {
        return maxConnections;
    }

    /** Connections now, those being made included. */
    public int connections() {
        return connections.get();
    }

    /** True at the maximum. A hint: only {@link #tryOpen()} decides. */
    public boolean isFull() {
        return maxConnections != 0 && connections.get() >= maxConnections;
    }

    /**
     * Counts one more connection unless that would exceed the maximum.
     *
     * @return false at the maximum
     */
    public boolean tryOpen() {
        if (maxConnections == 0) {
            connections.getAndIncrement();
            return true;
        }
        int present = connections.get();
        while (present < maxConnections) {
            int witness = connections.compareAndExchange(present, present + 1);
            if (witness == present) {
                return true;
            }
            present = witness;
        }
        return false;
    }

    /** Counts one connection less. */
    public void close() {
        int left = connections.decrementAndGet();
        assert left >= 0 : name + " has " + left + " connections";
    }

    @Override
    public String toString() {
        return name + " (" + address.getAddress().getHostAddress() + ":" + address.getPort() + ")";
    }
}
