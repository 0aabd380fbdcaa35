package io.vipgate.loops;

import io.vipgate.relay.Acceptor;
import io.vipgate.relay.ListenerState;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.RelayLoop;
import java.util.HashMap;
import java.util.Map;

/**
 * What one event loop has of the gateway.
 *
 * <p>Confined to that loop, but for its number.
 */
public final class LoopContext {
    private final int number;
    private final RelayLoop relays;
    private final Map<String, LoopPool> pools = new HashMap<>();
    private final Map<String, LoopListener> listeners = new HashMap<>();
    private final Map<BoundAddress, Acceptor> acceptors = new HashMap<>();

    LoopContext(int number, RelayLoop relays) {
        this.number = number;
        this.relays = relays;
    }

    /** From 0. */
    public int number() {
        return number;
    }

    /** What its relays share. */
    public RelayLoop relays() {
        return relays;
    }

    /** By the pool's name. */
    public Map<String, LoopPool> pools() {
        return pools;
    }

    /** By the listener's name. */
    public Map<String, LoopListener> listeners() {
        return listeners;
    }

    /** Clients that wait in the kernel's queue for this loop, of a listener that is paused; of others 0: nobody counts them. */
    public long queued(LoopListener listener) {
        return listener.state() != ListenerState.PAUSED
                ? 0
                : acceptors.values().stream().filter(acceptor -> acceptor.serves(listener)).mapToLong(Acceptor::queued)
                        .sum();
    }

    /** By the address that they accept on. */
    public Map<BoundAddress, Acceptor> acceptors() {
        return acceptors;
    }
}
