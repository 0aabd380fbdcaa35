package io.vipgate.relay;

import io.vipgate.balance.TieredBalancer;
import io.vipgate.balance.Turns;
import io.vipgate.linux.ClientAddress;
import io.vipgate.pinning.Pin;
import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Health;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A pool as one event loop sees it: the balancers built from the snapshot it last saw, and the loop's endpoints.
 *
 * <p>Confined to its event loop.
 */
public final class LoopPool {
    private static final int MAX_ATTEMPTS_BY_DEFAULT = 3;
    private static final int LEAST_WITH_BACKUP = 2;

    private final Pool pool;
    private final LocalPorts localPorts;
    private final Map<Endpoint, LoopEndpoint> known = new HashMap<>();
    /** Addresses that are gone from names that are not, while relays to them are open. */
    private final Map<Endpoint, LoopEndpoint> leaving = new HashMap<>();
    private final EndpointSelection selection;
    /** Of its endpoints only what addresses have left that are gone: an address may go, its share of a count must not. */
    private final PoolCounts counts = new PoolCounts();
    private final LoopPins pins = new LoopPins(counts, this::isWell);
    private final Turns turns = new Turns();
    private PoolPlan plan;
    private @Nullable PoolSnapshot snapshot;
    private LoopEndpoint[] endpoints = {};
    private boolean hasBothFamilies;
    /** Null until the pool's connects are hedged for the first time. */
    private @Nullable HedgeQueue hedges;
    private TieredBalancer balancer;

    /**
     * Makes the view of a pool.
     *
     * @param random source of chance, of this loop alone
     */
    public LoopPool(Pool pool, PoolPlan plan, RandomGenerator random, LocalPorts localPorts) {
        this.pool = pool;
        this.plan = plan;
        this.localPorts = localPorts;
        selection = new EndpointSelection(random);
        configureConnects();
        balancer = refresh(pool.snapshot());
    }

    private void configureConnects() {
        pins.configure(plan.pins());
        selection.bound(plan.connect().maxConnecting());
        HedgeRules rules = plan.connect().hedge();
        if (hedges == null && rules != null) {
            hedges = new HedgeQueue();
        }
        if (hedges != null) {
            hedges.configure(rules);
        }
    }

    private TieredBalancer refresh(PoolSnapshot current) {
        List<PoolSnapshot.Member> members = current.members();
        Set<Endpoint> present = new HashSet<>();
        Set<String> names = new HashSet<>();
        endpoints = new LoopEndpoint[members.size()];
        for (int i = 0; i < endpoints.length; i++) {
            Endpoint endpoint = members.get(i).endpoint();
            present.add(endpoint);
            names.add(endpoint.name());
            endpoints[i] = known.computeIfAbsent(endpoint, this::newcomer);
            endpoints[i].update(members.get(i).state());
        }
        long ipv4 = present.stream().filter(each -> TransparentSource.isOfFamily(each, true)).count();
        hasBothFamilies = ipv4 > 0 && ipv4 < present.size();
        known.forEach((endpoint, own) -> {
            if (!present.contains(endpoint)) {
                leaving.put(endpoint, own);
            }
        });
        known.keySet().retainAll(present);
        leaving.keySet().removeIf(endpoint -> !names.contains(endpoint.name()));
        counts.retain(names);
        settle();
        snapshot = current;
        turns.retain(known.keySet());
        balancer = new TieredBalancer(current, plan.factory(), turns);
        return balancer;
    }

    private LoopEndpoint newcomer(Endpoint endpoint) {
        LoopEndpoint back = leaving.remove(endpoint);
        return back == null ? new LoopEndpoint(endpoint, localPorts) : back;
    }

    /** Keeps the counts alone of addresses that have run empty. */
    private void settle() {
        leaving.values().removeIf(gone -> {
            boolean isEmpty = gone.endpoint().connections() == 0;
            if (isEmpty) {
                counts.takeOver(gone);
            }
            return isEmpty;
        });
    }

    private TieredBalancer present() {
        PoolSnapshot current = pool.snapshot();
        if (current != snapshot) {
            balancer.remember(turns);
            return refresh(current);
        }
        return balancer;
    }

    /** Works by another plan from now on. Relays that are open keep the settings they were made with. */
    public void configure(PoolPlan newPlan) {
        plan = newPlan;
        configureConnects();
        // The next selection builds the balancers anew.
        snapshot = null;
    }

    /** How new relays of the pool are made and bounded. */
    public RelaySettings settings() {
        return plan.settings();
    }

    /**
     * How many endpoints a relay may try. While everything is DOWN one attempt is kept for a backup, so there are two at
     * least.
     */
    int attempts() {
        int configured = plan.settings().attempts();
        int most = configured > 0 ? configured : Math.min(MAX_ATTEMPTS_BY_DEFAULT, Math.max(1, endpoints.length));
        return pool.snapshot().isLastResortAll() ? Math.max(LEAST_WITH_BACKUP, most) : most;
    }

    /** The pool's name. */
    public String name() {
        return pool.name();
    }

    /** The loop's endpoints, in the order of the configuration. */
    public List<LoopEndpoint> endpoints() {
        TieredBalancer _ = present();
        return List.of(endpoints);
    }

    /** Adds what this loop has counted, of the endpoints whose names are in the pool now. */
    void addTo(PoolCounts sum) {
        TieredBalancer _ = present();
        settle();
        sum.add(counts);
        for (LoopEndpoint endpoint : endpoints) {
            sum.add(endpoint);
        }
        leaving.values().forEach(sum::add);
    }

    /** Whether its rule compares the load of endpoints. */
    boolean isByLoad() {
        return balancer.isByLoad();
    }

    /** Attempts that followed a failed one. */
    public long retries() {
        return counts.retries();
    }

    /** What this loop has counted, but for the endpoints; not to be kept. */
    public PoolCounts counts() {
        return counts;
    }

    LoopPins pins() {
        return pins;
    }

    /** Bounds on how its endpoints are connected to. */
    ConnectRules connect() {
        return plan.connect();
    }

    private boolean isWell(Endpoint endpoint) {
        LoopEndpoint own = known.get(endpoint);
        return own != null && own.state().isEligible() && own.state().isPrimeOrBackup();
    }

    /** How its endpoints are connected to from the client's address; null when they are not. */
    @Nullable
    TransparentSource transparent() {
        return plan.transparent();
    }

    /** Whether an address is that of one of the endpoints, on whatever port. */
    boolean isOfEndpoint(InetAddress address) {
        for (LoopEndpoint each : endpoints) {
            if (each.endpoint().address().getAddress().equals(address)) {
                return true;
            }
        }
        return false;
    }

    /** Whether any endpoint, in whatever state, can be connected to as the pool requires for a client. */
    boolean mayServe(long clientHigh, long clientLow) {
        TransparentSource source = plan.transparent();
        if (source == null || !source.isRequired()) {
            return true;
        }
        boolean isIpv4 = ClientAddress.isIpv4(clientHigh, clientLow);
        for (LoopEndpoint each : endpoints) {
            if (TransparentSource.isOfFamily(each.endpoint(), isIpv4)) {
                return true;
            }
        }
        return false;
    }

    /** Whether another attempt may follow one that failed; counted when it may not. */
    boolean mayRetry(long now) {
        ConnectBudget budget = plan.connect().retryBudget();
        if (budget == null || budget.tryTake(now)) {
            return true;
        }
        counts.onRetryRefused();
        return false;
    }

    /** Relays whose connect is under way; null when the pool has never hedged any. */
    @Nullable
    HedgeQueue hedges() {
        return hedges;
    }

    /** Whether an endpoint is suspect now. */
    boolean isSuspect(LoopEndpoint endpoint) {
        TieredBalancer _ = present();
        return endpoint.state().isSuspect();
    }

    /** A client's first selection has come to this endpoint, or to none. */
    void onFirstSelected(@Nullable LoopEndpoint selected) {
        counts.onClient();
        if (selected == null || selected.state().health() == Health.DOWN) {
            counts.onNoHealthy();
        }
    }

    /** A relay is over.
     *
     * @param isPlaced whether an endpoint was selected for it, even if that failed
     * @param nanos how long it lasted
     */
    void onRelayOver(CloseReason reason, boolean isPlaced, long nanos) {
        counts.onRelayOver(nanos);
        if (!isPlaced) {
            counts.onClosedUnplaced(reason);
        }
    }

    /** A connection begins through the pin of the client that was looked up last. */
    void onPinUsed(Pin pin) {
        LoopEndpoint endpoint = known.get(pin.endpoint());
        pins.onOpened(pin, endpoint != null && endpoint.state().isEligible());
    }

    void onPinLeft(long clientHigh, long clientLow, Pin pin) {
        TieredBalancer _ = present();
        LoopEndpoint endpoint = known.get(pin.endpoint());
        pins.onClosed(clientHigh, clientLow, pin, endpoint == null ? null : endpoint.state());
    }

    /**
     * Counts a connection on the endpoint that a client is pinned to.
     *
     * @param now the loop's time
     * @return null when that endpoint does not keep its clients, or is full
     */
    @Nullable
    LoopEndpoint openPinned(Endpoint endpoint, long clientHigh, long clientLow, long now) {
        RequiredSource required = required(clientHigh, clientLow, now);
        TieredBalancer _ = present();
        LoopEndpoint pinned = known.get(endpoint);
        return pinned != null && pinned.state().keepsPins(now, pins.ttlNanos())
                && (required == null || required.isGood(endpoint)) && plan.connect().tryOpen(endpoint) ? pinned : null;
    }

    /**
     * Selects an endpoint and counts a connection on it.
     *
     * @param tried endpoints not to be chosen, since an attempt on them failed
     * @param isLast whether no other attempt will follow
     * @param now the loop's time
     * @return the endpoint, or null when none can be used
     */
    @Nullable
    LoopEndpoint open(long clientHigh, long clientLow, List<Endpoint> tried, boolean isLast, long now) {
        TieredBalancer present = present();
        RequiredSource required = required(clientHigh, clientLow, now);
        if (required == null) {
            return preferred(present, clientHigh, clientLow, tried, EndpointSelection.ANY, isLast);
        }
        selection.begin(clientHigh, clientLow, tried, required::isGood);
        LoopEndpoint good = open(present, isLast);
        if (good != null) {
            return good;
        }
        selection.begin(clientHigh, clientLow, tried, required::isPossible);
        return open(present, isLast);
    }

    /** Of the client's family where its address is preferred and such a one is as good as any, else whichever comes. */
    private @Nullable LoopEndpoint preferred(TieredBalancer present, long clientHigh, long clientLow,
            List<Endpoint> tried, Predicate<Endpoint> isMeant, boolean isLast) {
        if (plan.transparent() != null && hasBothFamilies) {
            boolean isIpv4 = ClientAddress.isIpv4(clientHigh, clientLow);
            selection.begin(clientHigh, clientLow, tried,
                    each -> TransparentSource.isOfFamily(each, isIpv4) && isMeant.test(each));
            LoopEndpoint of = open(present, isLast);
            if (of != null && of.state().isPrime()) {
                return of;
            }
            if (of != null) {
                plan.connect().giveBack(of);
            }
        }
        selection.begin(clientHigh, clientLow, tried, isMeant);
        return open(present, isLast);
    }

    /**
     * Selects a second endpoint to be tried beside one that is slow, and counts a connection on it: one that nothing speaks
     * against, and a backup only beside a backup.
     *
     * @param attempts those that have failed are not repeated
     * @param now the loop's time
     * @return the endpoint, or null when there is none
     */
    @Nullable
    LoopEndpoint openHedge(long clientHigh, long clientLow, Attempts attempts, LoopEndpoint first, long now) {
        TieredBalancer present = present();
        boolean isAny = false;
        for (LoopEndpoint each : endpoints) {
            isAny |= each != first && each.isGoodBeside(first);
        }
        // Where everything is dark, many ask again and again.
        if (!isAny) {
            return null;
        }
        List<Endpoint> tried = attempts.triedWith(first);
        RequiredSource required = required(clientHigh, clientLow, now);
        Predicate<Endpoint> isGood = endpoint -> {
            LoopEndpoint own = known.get(endpoint);
            return own != null && own.isGoodBeside(first) && (required == null || required.isGood(endpoint));
        };
        if (required == null) {
            return preferred(present, clientHigh, clientLow, tried, isGood, false);
        }
        selection.begin(clientHigh, clientLow, tried, isGood);
        return open(present, false);
    }

    private @Nullable RequiredSource required(long clientHigh, long clientLow, long now) {
        TransparentSource source = plan.transparent();
        return source == null || !source.isRequired()
                ? null
                : RequiredSource.of(source, clientHigh, clientLow, now);
    }

    private @Nullable LoopEndpoint open(TieredBalancer present, boolean isLast) {
        while (true) {
            Candidate selected = isLast ? present.selectLast(selection) : present.select(selection);
            if (selected == null) {
                return null;
            }
            // Another loop may have taken the last place since the balancer looked; then it is full now, and passed over.
            if (plan.connect().tryOpen(selected.endpoint())) {
                return endpoints[selected.position()];
            }
        }
    }
}
