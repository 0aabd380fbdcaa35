package io.vipgate.control;

import io.vipgate.text.IpText;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.OnNoHealthy;
import io.vipgate.config.PoolConfig;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.probe.HealthMonitor;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.RelayDrain;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in a pool: its configured endpoints, each with the addresses that its host name has now.
 *
 * <p>Confined to the control thread.
 */
final class PoolMembership {
    private static final Logger LOG = LoggerFactory.getLogger(PoolMembership.class);

    private final Pool pool;
    private final EventLoopSet loops;
    private final HostResolver resolver;
    private final ScheduledExecutorService control;
    private final HealthMonitor monitor;
    private final SlowStart slowStart;
    private final OperatorOverrides overrides;
    private final Supplier<PoolConfig> config;
    private final Map<String, ConnectionLimit> hostLimits = new HashMap<>();
    /** Who was in the pool before the change that is under way, and is no more; by label. */
    private final Map<String, PoolSnapshot.Member> leaving = new HashMap<>();
    private @Nullable Future<?> nextLookUp;
    private boolean isClosed;

    PoolMembership(Pool pool, EventLoopSet loops, HostResolver resolver, ScheduledExecutorService control,
            HealthMonitor monitor, SlowStart slowStart, OperatorOverrides overrides, Supplier<PoolConfig> config) {
        this.pool = pool;
        this.loops = loops;
        this.resolver = resolver;
        this.control = control;
        this.monitor = monitor;
        this.slowStart = slowStart;
        this.overrides = overrides;
        this.config = config;
    }

    /** Publishes who is in the pool as the configuration says now. Who is no more could come back until {@link #finish}. */
    void change() {
        Map<Endpoint, PoolSnapshot.Member> before = new HashMap<>();
        pool.snapshot().members().forEach(member -> before.put(member.endpoint(), member));
        for (Endpoint gone : publish()) {
            leaving.putIfAbsent(gone.label(), Objects.requireNonNull(before.get(gone)));
        }
    }

    /** Who is no more in the pool won't come back. */
    void finish() {
        List<Endpoint> present = pool.snapshot().members().stream().map(PoolSnapshot.Member::endpoint).toList();
        List<Endpoint> gone = leaving.values().stream().map(PoolSnapshot.Member::endpoint)
                .filter(endpoint -> !present.contains(endpoint)).toList();
        leaving.clear();
        hostLimits.keySet().retainAll(config.get().endpoints().keySet());
        drain(gone);
    }

    /**
     * Publishes who is in the pool.
     *
     * @return who was and is no more
     */
    List<Endpoint> publish() {
        PoolConfig wanted = config.get();
        Map<String, PoolSnapshot.Member> present = new HashMap<>();
        pool.snapshot().members().forEach(member -> present.put(member.endpoint().label(), member));
        List<PoolSnapshot.Member> next = new ArrayList<>();
        wanted.endpoints().forEach((endpoint, configured) -> {
            boolean isHost = configured.address().literal().isEmpty();
            List<InetAddress> addresses = isHost
                    ? resolver.answer(configured.address().host())
                    : List.of(configured.address().literal().get());
            for (InetAddress address : addresses) {
                InetSocketAddress socket = new InetSocketAddress(address, configured.address().port());
                Endpoint made = isHost
                        ? Endpoint.ofHost(endpoint, socket, IpText.of(address), hostLimit(endpoint))
                        : new Endpoint(endpoint, socket, configured.maxConnections());
                PoolSnapshot.Member before = Stream.of(present, leaving).map(each -> each.get(made.label()))
                        .filter(member -> member != null && isSame(member.endpoint().address(), socket)).findFirst()
                        .orElse(null);
                Endpoint kept = before == null ? made : before.endpoint();
                kept.limit().most(configured.maxConnections());
                next.add(new PoolSnapshot.Member(kept, state(endpoint, configured, before)));
            }
        });
        pool.publish(new PoolSnapshot(next, wanted.onNoHealthy() == OnNoHealthy.TRY_ANYWAY));
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
        OperatorOverride override = overrides.of(endpoint);
        long now = System.nanoTime();
        EndpointState state = known == null ? EndpointState.initial(1, configured.backup()) : known.state();
        return state.toBackup(configured.backup()).toWeight(override.weightOr(configured.weight()), now)
                .toAdmin(override.admin(), now);
    }

    /** Lets the relays of endpoints that are no longer in the pool end as {@code removedDrain} says. */
    void drain(List<Endpoint> gone) {
        long nanos = config.get().removedDrain().toNanos();
        if (!gone.isEmpty() && nanos > 0) {
            Set<Endpoint> removed = Set.copyOf(gone);
            loops.tell(context -> RelayDrain.begin(context.relays(), new RelayDrain.Switch(), RelayDrain.at(removed),
                    CloseReason.DRAIN, nanos));
        }
    }

    /** Java's own comparison leaves the interface of a link-local address out. */
    private static boolean isSame(InetSocketAddress one, InetSocketAddress other) {
        return one.equals(other) && scope(one) == scope(other);
    }

    private static int scope(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address ipv6 ? ipv6.getScopeId() : 0;
    }

    // ---- names ----

    /** Begins to look names up, and takes those answers that come later than the start would wait. */
    void start() {
        scheduleLookUp();
        awaitLateAnswers();
    }

    private void awaitLateAnswers() {
        ConfigMapping.hosts(config.get()).stream().filter(host -> resolver.answer(host).isEmpty())
                .forEach(host -> resolver.underWay(host).ifPresent(late -> {
                    Future<?> _ = late.thenRun(() -> onControl(this::updateAddresses));
                }));
    }

    /** Looks names up as the configuration says now, and takes those answers that come later than the reload would wait. */
    void reconfigure(PoolConfig before) {
        PoolConfig after = config.get();
        if (nextLookUp == null || !ConfigMapping.hosts(before).equals(ConfigMapping.hosts(after))
                || !before.resolve().interval().equals(after.resolve().interval())) {
            scheduleLookUp();
        }
        if (!ConfigMapping.hosts(before).equals(ConfigMapping.hosts(after))) {
            awaitLateAnswers();
        }
    }

    private void scheduleLookUp() {
        if (nextLookUp != null) {
            nextLookUp.cancel(false);
            nextLookUp = null;
        }
        if (!ConfigMapping.hosts(config.get()).isEmpty() && !isClosed) {
            nextLookUp = control.schedule(this::lookUp, config.get().resolve().interval().toNanos(),
                    TimeUnit.NANOSECONDS);
        }
    }

    private void lookUp() {
        nextLookUp = null;
        for (String host : ConfigMapping.hosts(config.get())) {
            Future<?> _ = resolver.lookUp(host).thenRun(() -> onControl(this::updateAddresses));
        }
        scheduleLookUp();
    }

    private void onControl(Runnable task) {
        try {
            control.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("shutting down: the addresses of pool {} are no longer updated", pool.name());
        }
    }

    /** Compares with what is published, not with an earlier answer: another pool, or a late one, may have got that. */
    private void updateAddresses() {
        if (isClosed) {
            return;
        }
        List<String> before = hostLabels();
        List<Endpoint> gone = publish();
        List<String> after = hostLabels();
        if (!after.equals(before)) {
            LOG.info("pool {}: endpoints given by name were {} and are {}", pool.name(), before, after);
            monitor.update();
            drain(gone);
        }
    }

    private List<String> hostLabels() {
        return pool.snapshot().members().stream().map(PoolSnapshot.Member::endpoint)
                .filter(endpoint -> !endpoint.label().equals(endpoint.name())).map(Endpoint::label).toList();
    }

    void close() {
        isClosed = true;
        if (nextLookUp != null) {
            nextLookUp.cancel(false);
        }
    }
}
