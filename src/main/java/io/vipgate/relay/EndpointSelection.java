package io.vipgate.relay;

import io.vipgate.balance.SelectionContext;
import io.vipgate.pool.Endpoint;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * What a pool's balancers may know of the connection that they pick an endpoint for. One selection after another, so that none
 * is allocated.
 *
 * <p>Confined to its event loop.
 */
final class EndpointSelection implements SelectionContext {
    /** Whichever. */
    static final Predicate<Endpoint> ANY = _ -> true;

    private final RandomGenerator random;
    private int maxConnecting;
    private long clientHigh;
    private long clientLow;
    private List<Endpoint> tried = List.of();
    private Predicate<Endpoint> isMeant = ANY;

    EndpointSelection(RandomGenerator random) {
        this.random = random;
    }

    /** Passes over endpoints with so many connects under way; 0 for no bound. */
    void bound(int newMaxConnecting) {
        maxConnecting = newMaxConnecting;
    }

    void begin(long newHigh, long newLow, List<Endpoint> newTried, Predicate<Endpoint> newMeant) {
        isMeant = newMeant;
        clientHigh = newHigh;
        clientLow = newLow;
        tried = newTried;
    }

    @Override
    public boolean isUsable(Endpoint endpoint) {
        return !endpoint.isFull() && (maxConnecting == 0 || endpoint.connecting() < maxConnecting)
                && (tried.isEmpty() || !tried.contains(endpoint))
                && isMeant.test(endpoint);
    }

    @Override
    public long random() {
        return random.nextLong();
    }

    @Override
    public long clientHigh() {
        return clientHigh;
    }

    @Override
    public long clientLow() {
        return clientLow;
    }
}
