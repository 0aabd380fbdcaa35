package io.vipgate;

import io.vipgate.balance.BalancerFactory;
import io.vipgate.config.BalanceRule;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.OnDown;
import io.vipgate.config.OnNoHealthy;
import io.vipgate.config.PinBy;
import io.vipgate.config.PoolConfig;
import io.vipgate.metrics.PinNumbers;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.probe.HealthListener;
import io.vipgate.probe.HealthMonitor;
import io.vipgate.probe.LagMeter;
import io.vipgate.probe.Probe;
import io.vipgate.probe.Probes;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.PoolPlan;
import io.vipgate.relay.RelayDrain;
import io.vipgate.relay.RelaySweep;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pool over its whole life: a reload changes it, and everything that the change does not concern stays, such as
 * counts, health, pins and what the operator has asked for.
 *
 * <p>An endpoint keeps its identity while its name and its address stay the same.
 *
 * <p>Confined to the control thread, but for what only tells what it is: that may be asked from any.
 */
final class PoolControl implements HealthListener {
    private static final Logger LOG = LoggerFactory.getLogger(PoolControl.class);

    private final String name;
    private final Pool pool;
    private final Lanes lanes;
    private final Resolver resolver;
    private final ScheduledExecutorService control;
    private final HealthMonitor monitor;
    private final SlowStart slowStart;
    private final Map<String, ConnectionLimit> hostLimits = new HashMap<>();
    private final Map<String, Wish> wishes = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, Instant> adminSince = Collections.synchronizedMap(new HashMap<>());
    private final Events events;
    private volatile PoolConfig config;
    private volatile PoolPlan plan;
    private volatile @Nullable PinTable pins;
    /** Of tables that were replaced. */
    private volatile PinNumbers pinsBefore = PinNumbers.NONE;
    private @Nullable Future<?> nextLookUp;
    private boolean isClosed;

    /** What of a configuration can fail, made beforehand. */
    record Prepared(PoolConfig config, Optional<Probe> probe) {
        /**
         * Makes the pool's probe.
         *
         * @throws StartException if its certificates can't be read
         */
        static Prepared of(String name, PoolConfig config) throws StartException {
            try {
                return new Prepared(config, Probes.of(config.probe(), config.proxyProtocol()));
            } catch (IllegalArgumentException e) {
                throw new StartException("pools." + name + ": " + e.getMessage());
            }
        }
    }

    PoolControl(String name, Prepared prepared, Lanes lanes, Resolver resolver, ScheduledExecutorService control,
            Map<String, Wish> wishes, Events events, LagMeter lag) {
        this.name = name;
        this.lanes = lanes;
        this.resolver = resolver;
        this.control = control;
        this.events = events;
        this.wishes.putAll(wishes);
        config = prepared.config();
        pool = new Pool(name, new PoolSnapshot(List.of(), true));
        monitor = new HealthMonitor(pool, this, control, lag);
        slowStart = new SlowStart(pool, control);
        Assembly.warnOfForeignSources(name, config.source());
        heedConfiguredWeights();
        pins = pinsFor(config);
        plan = new PoolPlan(Assembly.settings(config), Assembly.factory(name, config), pins);
        publishMembers();
        monitor.use(prepared.probe(), Assembly.schedule(config.probe()));
        monitor.follow();
        scheduleLookUp();
        awaitLateAnswers();
    }

    /** A look-up that took longer than the start would wait counts as soon as it is there. */
    private void awaitLateAnswers() {
        hosts(config).stream().filter(host -> resolver.answer(host).isEmpty())
                .forEach(host -> resolver.underWay(host).ifPresent(late -> {
                    Future<?> _ = late.thenRun(() -> onControl(this::followAddresses));
                }));
    }

    Pool pool() {
        return pool;
    }

    HealthMonitor monitor() {
        return monitor;
    }

    PoolPlan plan() {
        return plan;
    }

    PoolConfig config() {
        return config;
    }

    Optional<PinTable> pins() {
        return Optional.ofNullable(pins);
    }

    /** What was counted of its pins; empty when it does not pin. From any thread. */
    Optional<PinNumbers> pinNumbers() {
        return pins().map(table -> {
            table.cleanUp();
            return pinsBefore.plus(table);
        });
    }

    /** When the operator last changed an endpoint's state; empty when that was before this start, or never. */
    Optional<Instant> adminSince(String endpoint) {
        return Optional.ofNullable(adminSince.get(endpoint));
    }

    /** What the operator has asked for, by endpoint. */
    Map<String, Wish> wishes() {
        return wishes;
    }

    /** Hosts whose addresses a pool needs. */
    static Set<String> hosts(PoolConfig config) {
        Set<String> hosts = new HashSet<>();
        for (EndpointConfig endpoint : config.endpoints().values()) {
            if (endpoint.address().literal().isEmpty()) {
                hosts.add(endpoint.address().host());
            }
        }
        return hosts;
    }

    // ---- reload ----

    /** Becomes what the configuration says. The lanes are told. */
    void become(Prepared prepared) {
        PoolConfig before = config;
        PoolConfig after = prepared.config();
        config = after;
        heedConfiguredWeights();
        wishes.keySet().retainAll(after.endpoints().keySet());
        adminSince.keySet().retainAll(after.endpoints().keySet());
        if (!before.source().equals(after.source())) {
            Assembly.warnOfForeignSources(name, after.source());
        }
        List<Endpoint> gone = publishMembers();
        followPlan(before);
        if (!before.probe().equals(after.probe()) || before.proxyProtocol() != after.proxyProtocol()) {
            monitor.use(prepared.probe(), Assembly.schedule(after.probe()));
        }
        monitor.follow();
        if (!before.slowStart().equals(after.slowStart()) || before.balance() != after.balance()) {
            pool.snapshot().members().forEach(member -> slowStart.cancel(member.endpoint()));
        }
        if (nextLookUp == null || !hosts(before).equals(hosts(after))
                || !before.resolve().interval().equals(after.resolve().interval())) {
            scheduleLookUp();
        }
        drain(gone, after);
    }

    private void heedConfiguredWeights() {
        wishes.replaceAll((endpoint, wish) -> {
            EndpointConfig configured = config.endpoints().get(endpoint);
            return configured == null ? wish : wish.heeding(configured.weight());
        });
    }

    private void followPlan(PoolConfig before) {
        boolean isSameRule = before.balance() == config.balance() && before.hash().equals(config.hash());
        BalancerFactory factory = isSameRule ? plan.factory() : Assembly.factory(name, config);
        PinTable old = pins;
        pins = pinsFor(config);
        plan = new PoolPlan(Assembly.settings(config), factory, pins);
        lanes.onEach(lane -> Objects.requireNonNull(lane.pools().get(name)).follow(plan));
        if (old != null && !old.equals(pins)) {
            pinsBefore = pinsBefore.plus(old);
            old.close();
        }
    }

    private @Nullable PinTable pinsFor(PoolConfig wanted) {
        if (wanted.pinning().by() == PinBy.NONE) {
            return null;
        }
        long ttl = wanted.pinning().ttl().toNanos();
        PinTable present = pins;
        if (present != null && present.prefix().equals(Assembly.pinPrefix(wanted))) {
            present.bounds(ttl, wanted.pinning().maxEntries());
            return present;
        }
        return new PinTable(name, Assembly.pinPrefix(wanted), ttl, wanted.pinning().maxEntries());
    }

    // ---- members ----

    /**
     * Publishes who is in the pool.
     *
     * @return who was and is no more
     */
    private List<Endpoint> publishMembers() {
        Map<String, PoolSnapshot.Member> present = new HashMap<>();
        pool.snapshot().members().forEach(member -> present.put(member.endpoint().label(), member));
        List<PoolSnapshot.Member> next = new ArrayList<>();
        config.endpoints().forEach((endpoint, configured) -> {
            boolean isHost = configured.address().literal().isEmpty();
            List<InetAddress> addresses = isHost
                    ? resolver.answer(configured.address().host())
                    : List.of(configured.address().literal().get());
            for (InetAddress address : addresses) {
                InetSocketAddress socket = new InetSocketAddress(address, configured.address().port());
                Endpoint made = isHost
                        ? Endpoint.ofHost(endpoint, socket, hostLimit(endpoint))
                        : new Endpoint(endpoint, socket, configured.maxConnections());
                PoolSnapshot.Member known = present.get(made.label());
                if (known != null && !known.endpoint().address().equals(socket)) {
                    known = null;
                }
                Endpoint kept = known == null ? made : known.endpoint();
                kept.limit().most(configured.maxConnections());
                next.add(new PoolSnapshot.Member(kept, state(endpoint, configured, known)));
            }
        });
        hostLimits.keySet().retainAll(config.endpoints().keySet());
        pool.publish(new PoolSnapshot(next, config.onNoHealthy() == OnNoHealthy.TRY_ANYWAY));
        List<Endpoint> gone = new ArrayList<>();
        present.values().forEach(member -> gone.add(member.endpoint()));
        next.forEach(member -> gone.remove(member.endpoint()));
        gone.forEach(slowStart::cancel);
        return gone;
    }

    private ConnectionLimit hostLimit(String endpoint) {
        return hostLimits.computeIfAbsent(endpoint, _ -> new ConnectionLimit(0));
    }

    private EndpointState state(String endpoint, EndpointConfig configured, PoolSnapshot.@Nullable Member known) {
        Wish wish = wishes.getOrDefault(endpoint, Wish.NONE);
        long now = System.nanoTime();
        EndpointState state = known == null ? EndpointState.initial(1, configured.backup()) : known.state();
        return state.toBackup(configured.backup()).toWeight(wish.weightOr(configured.weight()), now)
                .toAdmin(wish.admin(), now);
    }

    private void drain(List<Endpoint> gone, PoolConfig after) {
        long nanos = after.removedDrain().toNanos();
        if (!gone.isEmpty() && nanos > 0) {
            Set<Endpoint> removed = Set.copyOf(gone);
            lanes.tell(lane -> RelayDrain.begin(lane.relays(),
                    relay -> relay.endpoint() != null && removed.contains(relay.endpoint().endpoint()), nanos,
                    () -> {}));
        }
    }

    // ---- names ----

    private void scheduleLookUp() {
        if (nextLookUp != null) {
            nextLookUp.cancel(false);
            nextLookUp = null;
        }
        if (!hosts(config).isEmpty() && !isClosed) {
            nextLookUp = control.schedule(this::lookUp, config.resolve().interval().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void lookUp() {
        nextLookUp = null;
        for (String host : hosts(config)) {
            Future<?> _ = resolver.lookUp(host).thenRun(() -> onControl(this::followAddresses));
        }
        scheduleLookUp();
    }

    private void onControl(Runnable task) {
        try {
            control.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the gateway stops");
        }
    }

    /** Compares with what is published, not with an earlier answer: another pool, or a late one, may have got that. */
    private void followAddresses() {
        if (isClosed) {
            return;
        }
        List<String> before = hostLabels();
        List<Endpoint> gone = publishMembers();
        List<String> after = hostLabels();
        if (!after.equals(before)) {
            LOG.info("pool {}: endpoints given by name were {} and are {}", name, before, after);
            monitor.follow();
            drain(gone, config);
        }
    }

    private List<String> hostLabels() {
        return pool.snapshot().members().stream().map(member -> member.endpoint())
                .filter(endpoint -> !endpoint.label().equals(endpoint.name())).map(Endpoint::label).toList();
    }

    // ---- health ----

    @Override
    public void onHealth(Endpoint endpoint, Health health, String cause) {
        events.add("endpoint " + name + "/" + endpoint.label() + " is " + health + ": " + cause);
    }

    @Override
    public void onReturning(Endpoint endpoint) {
        // Under source-hash a smaller share would send clients elsewhere that have their place there.
        slowStart.begin(endpoint, config.balance() == BalanceRule.SOURCE_HASH ? 0 : config.slowStart().toNanos());
    }

    @Override
    public void onDown(Endpoint endpoint) {
        slowStart.cancel(endpoint);
        if (config.onDown() == OnDown.CLOSE) {
            lanes.tell(lane -> RelaySweep.begin(lane.relays(),
                    relay -> relay.isConnected() && relay.endpoint() != null
                            && relay.endpoint().endpoint().equals(endpoint),
                    CloseReason.ENDPOINT_DOWN));
        }
    }

    // ---- the operator ----

    /** Whether the configuration names such an endpoint. */
    boolean has(String endpoint) {
        return config.endpoints().containsKey(endpoint);
    }

    void toAdmin(String endpoint, AdminState admin) {
        Wish before = wishes.getOrDefault(endpoint, Wish.NONE);
        wishes.put(endpoint, before.toAdmin(admin));
        if (before.admin() == AdminState.MAINT && admin == AdminState.READY) {
            pool.snapshot().named(endpoint).forEach(member -> onReturning(member.endpoint()));
        }
        long now = System.nanoTime();
        pool.publish(pool.snapshot().withAll(endpoint, state -> state.toAdmin(admin, now)));
        if (before.admin() != admin) {
            adminSince.put(endpoint, Instant.now());
            events.add("endpoint " + name + "/" + endpoint + " is " + admin);
            LOG.info("endpoint {}/{} is {}", name, endpoint, admin);
        }
    }

    void toWeight(String endpoint, int weight) {
        EndpointConfig configured = Objects.requireNonNull(config.endpoints().get(endpoint));
        wishes.merge(endpoint, Wish.NONE.toWeight(weight, configured.weight()),
                (before, _) -> before.toWeight(weight, configured.weight()));
        long now = System.nanoTime();
        pool.publish(pool.snapshot().withAll(endpoint, state -> state.toWeight(weight, now)));
        events.add("endpoint " + name + "/" + endpoint + " has weight " + weight);
        LOG.info("endpoint {}/{} has weight {}; the configuration says {}", name, endpoint, weight,
                configured.weight());
    }

    /** The pool is gone from the configuration; relays that are open end as {@code removedDrain} says. */
    void remove() {
        List<Endpoint> gone = pool.snapshot().members().stream().map(PoolSnapshot.Member::endpoint).toList();
        close();
        drain(gone, config);
    }

    /** Stops watching over the pool. */
    void close() {
        isClosed = true;
        monitor.close();
        pool.snapshot().members().forEach(member -> slowStart.cancel(member.endpoint()));
        if (nextLookUp != null) {
            nextLookUp.cancel(false);
        }
        PinTable present = pins;
        if (present != null) {
            present.close();
        }
    }
}
