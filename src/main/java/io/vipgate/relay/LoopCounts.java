package io.vipgate.relay;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * All that an event loop has counted, as it was at one moment, or the sum of several loops.
 *
 * <p>Confined to whoever fills it, and read by many afterwards.
 */
public final class LoopCounts {
    private final Map<String, PoolCounts> pools = new HashMap<>();
    private final Map<String, ListenerCounts> listeners = new HashMap<>();
    private long splicedToBackend;
    private long splicedToClient;

    /** Makes counts of nothing. */
    public LoopCounts() {}

    /** Adds what a loop has spliced; to be called on that loop. */
    public void add(RelayLoop loop) {
        assert loop.eventLoop().inEventLoop();
        splicedToBackend += loop.splicedBytes(true);
        splicedToClient += loop.splicedBytes(false);
    }

    /** Adds what a loop has counted of a pool; to be called on that loop. */
    public void add(LoopPool pool) {
        pool.addTo(pools.computeIfAbsent(pool.name(), _ -> new PoolCounts()));
    }

    /**
     * Adds what a loop has counted of a listener; to be called on that loop.
     *
     * @param queued clients that wait in the kernel's queue of this loop, where the listener is paused
     */
    public void add(LoopListener listener, long queued) {
        ListenerCounts counts = listeners.computeIfAbsent(listener.name(), _ -> new ListenerCounts());
        counts.add(listener.counts());
        counts.onQueued(queued);
    }

    /** Adds what another has. */
    public void add(LoopCounts other) {
        other.pools.forEach(this::add);
        other.listeners.forEach(this::add);
        splicedToBackend += other.splicedToBackend;
        splicedToClient += other.splicedToClient;
    }

    private void add(String name, PoolCounts counts) {
        pools.computeIfAbsent(name, _ -> new PoolCounts()).add(counts);
    }

    private void add(String name, ListenerCounts counts) {
        listeners.computeIfAbsent(name, _ -> new ListenerCounts()).add(counts);
    }

    /** By the pool's name. */
    public Map<String, PoolCounts> pools() {
        return Collections.unmodifiableMap(pools);
    }

    /** By the listener's name. */
    public Map<String, ListenerCounts> listeners() {
        return Collections.unmodifiableMap(listeners);
    }

    /** Bytes spliced to endpoints. */
    public long splicedToBackend() {
        return splicedToBackend;
    }

    /** Bytes spliced to clients. */
    public long splicedToClient() {
        return splicedToClient;
    }
}
