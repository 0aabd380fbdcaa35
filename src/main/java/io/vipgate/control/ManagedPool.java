package io.vipgate.control;

import io.vipgate.balance.BalancerFactory;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.linux.OwnAddresses;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.metrics.PinStats;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.probe.HealthMonitor;
import io.vipgate.probe.Probe;
import io.vipgate.probe.ProbeLoop;
import io.vipgate.relay.PoolPlan;
import io.vipgate.relay.ReturnPaths;
import io.vipgate.relay.TransparentSource;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pool over time: applies what configurations, operators, probes and name look-ups say of it, and publishes it.
 *
 * <p>Confined to the control thread, but for what only tells what it is: that may be asked from any.
 */
public final class ManagedPool {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedPool.class);

    private final String name;
    private final Pool pool;
    private final EventLoopSet loops;
    private final AtomicReference<PoolConfig> config;
    private final OperatorOverrides overrides;
    private final PinTables pins;
    private final SlowStart slowStart;
    private final DownDrains drains;
    private final HealthReactions reactions;
    private final HealthMonitor monitor;
    private final PoolMembership membership;
    private final Rebalancer rebalancer;
    private final RecentEvents events;
    private final OwnAddresses ownAddresses;
    private final ReturnPaths returnPaths;
    private final PoolConnects connects;
    private volatile PoolPlan plan;
    private Optional<Probe> probe;
    private List<X509Certificate> authorities;

    ManagedPool(String name, PoolChange first, EventLoopSet loops, HostResolver resolver,
            ScheduledExecutorService control, Map<String, OperatorOverride> kept, RecentEvents events,
            ProbeLoop probes, OwnAddresses ownAddresses, Supplier<Optional<String>> rebalanceObstacle,
            LongSupplier clock) {
        this.name = name;
        this.loops = loops;
        this.events = events;
        this.ownAddresses = ownAddresses;
        config = new AtomicReference<>(first.config());
        probe = first.probe();
        authorities = first.authorities();
        pool = new Pool(name, new PoolSnapshot(List.of(), true));
        overrides = new OperatorOverrides(kept);
        pins = new PinTables(name, first.config());
        slowStart = new SlowStart(pool, control);
        drains = new DownDrains(pool, loops, control, events, config::get);
        rebalancer = new Rebalancer(pool, loops, control, events, config::get, this::plan, drains, rebalanceObstacle,
                clock);
        returnPaths = new ReturnPaths(pool, events::add);
        reactions = new HealthReactions(name, slowStart, drains, this::onStates, events, config::get, returnPaths);
        monitor = new HealthMonitor(pool, reactions, control, probes);
        membership = new PoolMembership(pool, loops, resolver, control, monitor, slowStart, overrides, config::get);
        connects = new PoolConnects(name, loops, first.config());
        plan = new PoolPlan(ConfigMapping.settings(first.config()), ConfigMapping.factory(name, first.config()),
                pins.present(), transparent(first.config()), connects.rules());
    }

    /** Publishes its endpoints, and begins to probe them and to look their names up. */
    void start() {
        ConfigMapping.warnOfForeignSources(name, config());
        overrides.reconcileWith(config());
        membership.publish();
        monitor.configure(probe, ConfigMapping.schedule(config()));
        monitor.update();
        membership.start();
    }

    // ---- what it is ----

    /** What the data path reads. */
    public Pool pool() {
        return pool;
    }

    /** Who watches over the health of its endpoints. */
    public HealthMonitor monitor() {
        return monitor;
    }

    /** What the loops do with it. */
    public PoolPlan plan() {
        return plan;
    }

    /** Its configuration. */
    public PoolConfig config() {
        return config.get();
    }

    /** Whether its endpoints are connected to from clients' addresses. */
    public boolean isFromClients() {
        return plan.transparent() != null;
    }

    /** What is known of the way back from its endpoints to clients' addresses. */
    public ReturnPaths returnPaths() {
        return returnPaths;
    }

    /** Asks the loops how connecting goes, where that decides when to hedge or how many may. Once a second, by one thread. */
    public void sampleConnects() {
        connects.sample();
    }

    /** Its pins; empty when it does not pin. */
    public Optional<PinTable> pins() {
        return Optional.ofNullable(pins.present());
    }

    /** What was counted of its pins; empty when it does not pin. */
    public Optional<PinStats> pinNumbers() {
        return pins.stats();
    }

    /**
     * How long the connections of an endpoint that is down have at most, in nanoseconds; empty when they are not drained.
     */
    public OptionalLong drainLeftNanos(Endpoint endpoint) {
        return drains.leftNanos(endpoint);
    }

    /** How it stands with its rebalancing. */
    public RebalanceView rebalancing() {
        return rebalancer.view();
    }

    /** How far off the shares of its relays are: 1 when each endpoint has what it should. */
    public double skew() {
        return rebalancer.skew();
    }

    Rebalancer rebalancer() {
        return rebalancer;
    }

    /** When the operator last changed an endpoint's state; empty when that was before this start, or never. */
    public Optional<Instant> adminSince(String endpoint) {
        return overrides.adminSince(endpoint);
    }

    /** What the operator has set, by endpoint; a live view. */
    public Map<String, OperatorOverride> overrides() {
        return overrides.all();
    }

    /** Whether the configuration names such an endpoint. */
    public boolean has(String endpoint) {
        return config().endpoints().containsKey(endpoint);
    }

    // ---- reload ----

    /** Makes what the operator has set as it was before a reload that fails; {@link #apply} follows. */
    void takeBack(Map<String, OperatorOverride> before) {
        overrides.takeBack(before);
    }

    /**
     * Applies a configuration, and tells the loops. Until {@link #finish} the one before can be applied again, with its pins
     * and endpoints.
     *
     * @param kept overrides that hold where the operator has set nothing
     */
    void apply(PoolChange change, Map<String, OperatorOverride> kept) {
        PoolConfig before = config();
        PoolConfig after = change.config();
        config.set(after);
        overrides.restore(kept);
        overrides.reconcileWith(after);
        if (!before.source().equals(after.source()) || !before.probe().source().equals(after.probe().source())) {
            ConfigMapping.warnOfForeignSources(name, after);
        }
        membership.change();
        updatePlan(before);
        boolean hasOtherAuthorities = !change.authorities().equals(authorities);
        if (hasOtherAuthorities && before.probe().equals(after.probe())) {
            LOG.info("pool {}: the file of probe.tls.ca has other certificates now", name);
        }
        if (!before.probe().equals(after.probe()) || before.proxyProtocol().version() != after.proxyProtocol().version()
                || !before.source().equals(after.source()) || hasOtherAuthorities) {
            probe = change.probe();
            authorities = change.authorities();
        }
        monitor.configure(probe, ConfigMapping.schedule(after));
        monitor.update();
        if (!before.slowStart().equals(after.slowStart()) || before.balance() != after.balance()) {
            cancelSlowStarts();
        }
        membership.reconfigure(before);
        drains.reconsider();
        rebalancer.onReload();
    }

    /** The configuration that was applied last stays: what it has done away with goes. */
    void finish() {
        pins.finish(config());
        membership.finish();
    }

    private void updatePlan(PoolConfig before) {
        PoolConfig after = config();
        boolean isSameRule = before.balance() == after.balance() && before.hash().equals(after.hash());
        BalancerFactory factory = isSameRule ? plan.factory() : ConfigMapping.factory(name, after);
        pins.apply(after);
        plan = new PoolPlan(ConfigMapping.settings(after), factory, pins.present(), transparent(after),
                connects.configure(after));
        loops.onEach(context -> Objects.requireNonNull(context.pools().get(name)).configure(plan));
    }

    private @Nullable TransparentSource transparent(PoolConfig of) {
        return switch (of.clientAddress()) {
            case NONE -> null;
            case PREFER -> new TransparentSource(false, ownAddresses, returnPaths);
            case REQUIRE -> new TransparentSource(true, ownAddresses, returnPaths);
        };
    }

    private void cancelSlowStarts() {
        pool.snapshot().members().forEach(member -> slowStart.cancel(member.endpoint()));
    }

    // ---- the operator ----

    void toAdmin(String endpoint, AdminState admin) {
        AdminState before = overrides.toAdmin(endpoint, admin);
        if (before == AdminState.MAINT && admin == AdminState.READY) {
            pool.snapshot().named(endpoint).forEach(member -> reactions.onReturning(member.endpoint()));
        }
        long now = System.nanoTime();
        pool.publish(pool.snapshot().withAll(endpoint, state -> state.toAdmin(admin, now)));
        onStates();
        if (before != admin) {
            events.add("endpoint " + name + "/" + endpoint + " is " + admin);
            LOG.info("endpoint {}/{} is {}", name, endpoint, admin);
        }
    }

    void toWeight(String endpoint, int weight) {
        EndpointConfig configured = Objects.requireNonNull(config().endpoints().get(endpoint));
        overrides.toWeight(endpoint, weight, configured.weight());
        long now = System.nanoTime();
        pool.publish(pool.snapshot().withAll(endpoint, state -> state.toWeight(weight, now)));
        onStates();
        events.add("endpoint " + name + "/" + endpoint + " has weight " + weight);
        LOG.info("endpoint {}/{} has weight {}; the configuration says {}", name, endpoint, weight,
                configured.weight());
    }

    /** Health, or what an operator wants, has changed. */
    private void onStates() {
        drains.reconsider();
        rebalancer.look();
    }

    // ---- its end ----

    /** The pool is gone from the configuration; relays that are open end as {@code removedDrain} says. */
    void remove() {
        List<Endpoint> gone = pool.snapshot().members().stream().map(PoolSnapshot.Member::endpoint).toList();
        close();
        membership.drain(gone);
    }

    /** Stops watching over the pool. */
    void close() {
        monitor.close();
        drains.close();
        rebalancer.close();
        membership.close();
        cancelSlowStarts();
        pins.close();
    }
}
