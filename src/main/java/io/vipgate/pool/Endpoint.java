package io.vipgate.pool;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * One address of a pool. Its identity and its count of open connections outlive every change of its state, so that
 * limits and {@code least-connections} hold over all loops and over reloads.
 *
 * <p>An endpoint that the configuration gives by host name is one {@code Endpoint} for each address of that name. They
 * share its name, its bound and its weight, and differ by their label.
 *
 * <p>Thread-safe.
 */
public final class Endpoint {
    private static final AtomicIntegerFieldUpdater<Endpoint> CONNECTING = AtomicIntegerFieldUpdater
            .newUpdater(Endpoint.class, "connecting");
    private static final AtomicIntegerFieldUpdater<Endpoint> OVERTAKEN = AtomicIntegerFieldUpdater
            .newUpdater(Endpoint.class, "overtaken");

    private final String name;
    private final String label;
    private final InetSocketAddress address;
    private final ConnectionLimit connections;
    /** The bound that all addresses of the name share; the endpoint's own count when it has its name for itself. */
    private final ConnectionLimit limit;
    private volatile int connecting;
    private volatile int overtaken;

    /**
     * Makes an endpoint that has its name for itself, without connections.
     *
     * @param name its name, unique in the pool
     * @param address where to connect, resolved
     * @param maxConnections most connections at once, 0 for no bound
     */
    public Endpoint(String name, InetSocketAddress address, int maxConnections) {
        this.name = name;
        this.address = address;
        label = name;
        connections = new ConnectionLimit(maxConnections);
        limit = connections;
    }

    private Endpoint(String name, InetSocketAddress address, String addressText, ConnectionLimit limit) {
        this.name = name;
        this.address = address;
        this.limit = limit;
        label = name + "[" + addressText + "]";
        connections = new ConnectionLimit(0);
    }

    /**
     * Makes one address of an endpoint that is given by host name, without connections.
     *
     * @param name the endpoint's name in the configuration
     * @param addressText the address as people write it
     * @param limit most connections at once, of all addresses of the name together
     */
    public static Endpoint ofHost(String name, InetSocketAddress address, String addressText,
            ConnectionLimit limit) {
        return new Endpoint(name, address, addressText, limit);
    }

    /** Its name in the configuration; what operators and metrics call it. */
    public String name() {
        return name;
    }

    /** Unique in the pool: the name, or {@code name[address]} for an address of a host name. */
    public String label() {
        return label;
    }

    /** Where to connect. */
    public InetSocketAddress address() {
        return address;
    }

    /** The bound on its connections, shared by all addresses of its name. */
    public ConnectionLimit limit() {
        return limit;
    }

    /** Connections now, those being made included. */
    public int connections() {
        return connections.present();
    }

    /**
     * Connections that it has ended its side of, in pools whose rule looks at the load. It holds them until the client ends its side
     * too, so that they count for the maximum, and not as load.
     */
    public int finished() {
        return connections.finished();
    }

    /** Connections now without those that are finished: what rules compare. */
    public int load() {
        return connections.load();
    }

    /** One of its connections is finished; {@link #closeFinished} closes it. */
    public void finish() {
        connections.finish();
    }

    /** Counts one connection less, which was finished. */
    public void closeFinished() {
        connections.forgetFinished();
        close();
    }

    /** Where its connections are counted, for who looks at those of many endpoints again and again. Not to be changed. */
    public ConnectionLimit counted() {
        return connections;
    }

    /** True at the maximum. A hint: only {@link #tryOpen()} decides. */
    public boolean isFull() {
        return limit.isReached();
    }

    /**
     * Counts one more connection unless that would exceed the maximum.
     *
     * @return false at the maximum
     */
    public boolean tryOpen() {
        if (!limit.tryAcquire()) {
            return false;
        }
        return limit == connections || connections.tryAcquire();
    }

    /**
     * As {@link #tryOpen()}, and counts a connect that is under way; {@link #onConnectOver} takes that back.
     *
     * @param maxConnecting most connects under way, above 0
     * @return false at either maximum
     */
    public boolean tryOpenConnecting(int maxConnecting) {
        for (int now = connecting; now < maxConnecting; now = connecting) {
            if (CONNECTING.compareAndSet(this, now, now + 1)) {
                if (tryOpen()) {
                    return true;
                }
                onConnectOver();
                return false;
            }
        }
        return false;
    }

    /** Counts one connect under way less. */
    public void onConnectOver() {
        int left = CONNECTING.decrementAndGet(this);
        assert left >= 0 : label + " has " + left + " connects under way";
    }

    /** Connects under way that were counted: those that began while the pool had a {@code maxConnecting}. */
    public int connecting() {
        return connecting;
    }

    /**
     * The first of several connects to it was overtaken by one to another endpoint that had begun later.
     *
     * @return how many in a row were
     */
    public int onOvertaken() {
        return OVERTAKEN.incrementAndGet(this);
    }

    /** A connect has reached it. */
    public void onNotOvertaken() {
        if (overtaken != 0) {
            overtaken = 0;
        }
    }

    /** Counts one connection less. */
    public void close() {
        assert connections.present() > 0 : label + " has no connections";
        connections.release();
        if (limit != connections) {
            limit.release();
        }
    }

    @Override
    public String toString() {
        return label + " (" + address.getAddress().getHostAddress() + ":" + address.getPort() + ")";
    }
}
