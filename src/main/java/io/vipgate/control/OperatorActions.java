package io.vipgate.control;

import io.vipgate.loops.EventLoopSet;
import io.vipgate.loops.LoopContext;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.EndpointState;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ListenerState;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayHoming;
import io.vipgate.relay.RelayPage;
import io.vipgate.relay.RelayTerminator;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator can do to a gateway while it serves.
 *
 * <p>Thread-safe.
 */
public final class OperatorActions {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorActions.class);

    private final PoolRegistry pools;
    private final ListenerRegistry listeners;
    private final EventLoopSet loops;
    private final ControlThread control;
    private final Standby standby;
    private final RecentEvents events;

    /** Makes the actions of one gateway. */
    public OperatorActions(PoolRegistry pools, ListenerRegistry listeners, EventLoopSet loops, ControlThread control,
            Standby standby, RecentEvents events) {
        this.listeners = listeners;
        this.standby = standby;
        this.events = events;
        this.pools = pools;
        this.loops = loops;
        this.control = control;
    }

    /**
     * Sets what the operator wants of an endpoint, of all its addresses if it is given by name. Survives reloads and,
     * with {@code stateFile}, restarts.
     *
     * @return the endpoint's state afterwards, of its first address; empty while its name has none
     * @throws NoSuchElementException if there is no such pool or endpoint
     */
    public Optional<EndpointState> toAdmin(String pool, String endpoint, AdminState admin) {
        return steer(pool, endpoint, found -> found.toAdmin(endpoint, admin));
    }

    /**
     * Sets an endpoint's weight. The configuration's own holds again when that is changed and loaded.
     *
     * @param weight 0 to 256; 0 takes nothing new
     * @return the endpoint's state afterwards, of its first address; empty while its name has none
     * @throws NoSuchElementException if there is no such pool or endpoint
     * @throws IllegalArgumentException if the weight is out of range
     */
    public Optional<EndpointState> toWeight(String pool, String endpoint, int weight) {
        if (weight < 0 || weight > EndpointState.MAX_WEIGHT) {
            throw new IllegalArgumentException(
                    "weight: " + weight + " (expected: 0 to " + EndpointState.MAX_WEIGHT + ")");
        }
        return steer(pool, endpoint, found -> found.toWeight(endpoint, weight));
    }

    /**
     * Has the gateway stand by, or be active again. Either way it serves whoever comes. Survives reloads and, with {@code
     * stateFile}, restarts.
     *
     * @return since when it stands by; empty when it is active
     */
    public Optional<Instant> toStandby(boolean isStandby) {
        return control.ask(() -> {
            if (standby.since().isPresent() != isStandby) {
                standby.set(isStandby ? Optional.of(Instant.now().truncatedTo(ChronoUnit.SECONDS)) : Optional.empty());
                pools.saveOverrides();
                String text = isStandby ? "standby: /readyz says 503" : "active";
                events.add(text);
                LOG.info("the gateway is {}", text);
            }
            return standby.since();
        });
    }

    /**
     * Has a pool rebalanced once, whatever its {@code rebalance.when}, or only tells what that would close.
     *
     * @return what is closed; without a giver when there is nothing to do, and then nothing is begun
     * @throws NoSuchElementException if there is no such pool
     * @throws IllegalStateException if relays may not be closed now; says why
     */
    public RebalanceForecast rebalance(String pool, boolean isDryRun) {
        RebalanceSearch search = control.ask(() -> willing(pool).search());
        RebalanceRound round = new RebalanceRound(search.from());
        loops.<RelayHoming.Found>ask((context, answer) -> search.begin(context, answer::complete),
                (context, found) -> round.add(context.number(), found));
        return control.ask(() -> {
            Rebalancer rebalancer = willing(pool);
            RebalanceForecast forecast = rebalancer.forecast(round);
            if (!isDryRun && !forecast.givers().isEmpty()) {
                rebalancer.begin();
            }
            return forecast;
        });
    }

    private Rebalancer willing(String pool) {
        Rebalancer rebalancer = pools.get(pool).rebalancer();
        rebalancer.whyNot().ifPresent(why -> {
            throw new IllegalStateException(why);
        });
        return rebalancer;
    }

    /**
     * Ends the rebalancing of a pool that is under way.
     *
     * @return false if none was
     * @throws NoSuchElementException if there is no such pool
     */
    public boolean stopRebalancing(String pool) {
        return control.ask(() -> pools.get(pool).rebalancer().stop());
    }

    /**
     * Sets what the operator wants of a listener. When this returns, every loop does it. Survives reloads and, with {@code
     * stateFile}, restarts.
     *
     * @throws NoSuchElementException if there is no such listener
     */
    public void toListenerState(String listener, ListenerState state) {
        control.ask(() -> {
            List<String> names = listeners.present().stream().map(ListenerRegistry.Present::name).toList();
            if (!names.contains(listener)) {
                throw new NoSuchElementException("listener: " + listener + " (expected: one of " + names + ")");
            }
            ListenerStates states = listeners.states();
            if (states.of(listener) != state) {
                states.set(listener, state, Instant.now().truncatedTo(ChronoUnit.SECONDS));
                listeners.followStates();
                pools.saveOverrides();
                String text = "listener " + listener + switch (state) {
                    case READY -> " is ready";
                    case PAUSED -> " is paused: clients wait in the kernel's queue";
                    case REFUSING -> " is refusing: clients are reset";
                };
                events.add(text);
                LOG.info("{}", text);
            }
            return null;
        });
    }

    private Optional<EndpointState> steer(String pool, String endpoint, Consumer<ManagedPool> change) {
        return control.ask(() -> {
            ManagedPool found = pools.get(pool);
            if (!found.has(endpoint)) {
                throw new NoSuchElementException("endpoint: " + pool + "/" + endpoint + " (expected: one of "
                        + found.config().endpoints().keySet() + ")");
            }
            change.accept(found);
            pools.saveOverrides();
            return found.pool().snapshot().named(endpoint).stream().findFirst().map(member -> member.state());
        });
    }

    /**
     * The pins of a pool; empty when it does not pin.
     *
     * @throws NoSuchElementException if there is no such pool
     */
    public Optional<PinTable> pins(String pool) {
        return control.ask(() -> pools.get(pool).pins());
    }

    /**
     * Looks at open relays, at those of one loop after the other.
     *
     * @param matches which ones; called on the relays' loops
     * @param after where to go on, {@link RelayId#FIRST} for the beginning
     * @param most relays on the page
     */
    public RelayListing relays(Predicate<Relay> matches, RelayId after, int most) {
        List<RelayListing.Entry> entries = new ArrayList<>();
        int[] counts = {0, 0};
        loops.<RelayPage>ask((context, answer) -> {
            boolean isPassed = context.number() < after.loop();
            RelayPage.collect(context.relays(), matches,
                    isPassed ? Long.MAX_VALUE : context.number() == after.loop() ? after.number() : 0,
                    most - entries.size(), answer::complete);
        }, (context, page) -> {
            page.relays()
                    .forEach(relay -> entries
                            .add(new RelayListing.Entry(new RelayId(context.number(), relay.number()), relay)));
            counts[0] += page.matching();
            counts[1] += page.left();
        });
        return new RelayListing(entries, counts[0], counts[1]);
    }

    /**
     * Ends an open relay by RST on both sides.
     *
     * @return false if there is none with this id
     */
    public boolean closeRelay(RelayId id) {
        return close((context, relay) -> context.number() == id.loop() && relay.number() == id.number()) > 0;
    }

    /**
     * Ends open relays by RST on both sides.
     *
     * @param matches which ones; called on the relays' loops
     * @return how many they were
     */
    public int closeRelays(Predicate<Relay> matches) {
        return close((_, relay) -> matches.test(relay));
    }

    private int close(BiPredicate<LoopContext, Relay> matches) {
        int[] sum = {0};
        loops.<Integer>ask((context, answer) -> RelayTerminator.begin(context.relays(),
                relay -> matches.test(context, relay), CloseReason.OPERATOR, answer::complete),
                (_, ended) -> sum[0] += ended);
        return sum[0];
    }
}
