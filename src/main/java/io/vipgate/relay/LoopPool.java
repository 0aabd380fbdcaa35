package io.vipgate.relay;

import io.vipgate.balance.BalancerFactory;
import io.vipgate.balance.Choice;
import io.vipgate.balance.TieredBalancer;
import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A pool as one event loop sees it: the balancers built from the snapshot it last saw, and the loop's endpoints.
 *
 * <p>Confined to its event loop.
 */
public final class LoopPool {
    private final Pool pool;
    private final RelaySettings settings;
    private final BalancerFactory factory;
    private final LocalPorts localPorts;
    private final Map<Endpoint, LoopEndpoint> known = new HashMap<>();
    private final Selection selection;
    private @Nullable PoolSnapshot snapshot;
    private LoopEndpoint[] endpoints = {};
    private TieredBalancer balancer;
    private long retries;

    /**
     * Makes the view of a pool.
     *
     * @param random source of chance, of this loop alone
     */
    public LoopPool(Pool pool, RelaySettings settings, BalancerFactory factory, RandomGenerator random,
            LocalPorts localPorts) {
        this.pool = pool;
        this.settings = settings;
        this.factory = factory;
        this.localPorts = localPorts;
        selection = new Selection(random);
        balancer = refresh(pool.snapshot());
    }

    private TieredBalancer refresh(PoolSnapshot current) {
        List<LoopEndpoint> all = new ArrayList<>();
        for (PoolSnapshot.Member member : current.members()) {
            all.add(known.computeIfAbsent(member.endpoint(), endpoint -> new LoopEndpoint(endpoint, localPorts)));
        }
        endpoints = all.toArray(LoopEndpoint[]::new);
        known.values().retainAll(all);
        snapshot = current;
        balancer = new TieredBalancer(current, factory);
        return balancer;
    }

    /** How the relays of the pool are made and bounded. */
    public RelaySettings settings() {
        return settings;
    }

    /** The pool's name. */
    public String name() {
        return pool.name();
    }

    /** The loop's endpoints, in the order of the configuration. */
    public List<LoopEndpoint> endpoints() {
        return List.of(endpoints);
    }

    /** Attempts that followed a failed one. */
    public long retries() {
        return retries;
    }

    void onRetry() {
        retries++;
    }

    /**
     * Selects an endpoint and counts a connection on it.
     *
     * @param tried endpoints not to be chosen, since an attempt on them failed
     * @return the endpoint, or null when none can be used
     */
    @Nullable
    LoopEndpoint open(long clientHigh, long clientLow, List<Endpoint> tried) {
        PoolSnapshot current = pool.snapshot();
        TieredBalancer present = current == snapshot ? balancer : refresh(current);
        selection.begin(clientHigh, clientLow, tried);
        while (true) {
            Candidate selected = present.select(selection);
            if (selected == null) {
                return null;
            }
            // Another loop may have taken the last place since the balancer looked; then it is full now, and passed over.
            if (selected.endpoint().tryOpen()) {
                return endpoints[selected.position()];
            }
        }
    }

    /** One selection after another, so that none is allocated. */
    private static final class Selection implements Choice {
        private final RandomGenerator random;
        private long clientHigh;
        private long clientLow;
        private List<Endpoint> tried = List.of();

        Selection(RandomGenerator random) {
            this.random = random;
        }

        void begin(long newHigh, long newLow, List<Endpoint> newTried) {
            clientHigh = newHigh;
            clientLow = newLow;
            tried = newTried;
        }

        @Override
        public boolean isUsable(Endpoint endpoint) {
            return !endpoint.isFull() && (tried.isEmpty() || !tried.contains(endpoint));
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
}
