package io.vipgate.control;

import io.vipgate.config.PoolConfig;
import io.vipgate.config.RebalanceWhen;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Pool;
import io.vipgate.rebalance.CloseBudget;
import io.vipgate.rebalance.Comebacks;
import io.vipgate.rebalance.CloseProgress;
import io.vipgate.rebalance.RelayShares;
import io.vipgate.relay.PoolPlan;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes idle relays of a pool little by little, so that their clients come back to where they belong: to endpoints that have
 * less than their share, or home, where the pool pins its clients or leads them by a hash.
 *
 * <p>Each second the loops are asked what they have; tenths of what may be closed in that second are divided among them then.
 * It costs nothing in a pool whose {@code when} is {@code never}, unless an operator asks.
 *
 * <p>Confined to the control thread, but for {@link #view}, {@link #isActive} and {@link #skew}.
 */
final class Rebalancer {
    private static final Logger LOG = LoggerFactory.getLogger(Rebalancer.class);
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int STEPS = 10;
    /** A loop that does not answer in so long is asked again. */
    private static final long MAX_ROUND_NANOS = 10 * SECOND_NANOS;
    private static final long AFTER_RELOAD_NANOS = 60 * SECOND_NANOS;
    /** How often homes are looked at with {@code always}, where nobody has come back. */
    private static final long LOOK_NANOS = 60 * SECOND_NANOS;
    /** Longest pause where nothing is idle. */
    private static final long MAX_PAUSE_NANOS = 10 * SECOND_NANOS;

    private final Pool pool;
    private final EventLoopSet loops;
    private final ScheduledExecutorService control;
    private final RecentEvents events;
    private final Supplier<PoolConfig> config;
    private final Supplier<PoolPlan> plan;
    private final DownDrains drains;
    private final Supplier<Optional<String>> gatewayObstacle;
    private final LongSupplier clock;
    private final CloseBudget budget = new CloseBudget();
    private Comebacks comebacks = Comebacks.NONE;
    private Optional<String> stopped = Optional.empty();
    private @Nullable Long reloadedAt;
    private @Nullable Long lookedAt;
    private @Nullable RebalanceRun run;
    /** What the loops are asked, or close, now; null between two rounds. */
    private @Nullable RebalanceRound round;
    private long roundAt;
    /** Who took clients then. */
    private Set<Endpoint> counted = Set.of();
    private long nextRoundAt;
    private volatile boolean isRunning;
    private volatile RebalanceView view;

    /**
     * Makes one that has nothing to do.
     *
     * @param gatewayObstacle why no relay of the gateway may be closed; empty when they may
     * @param clock monotonic time in nanoseconds
     */
    Rebalancer(Pool pool, EventLoopSet loops, ScheduledExecutorService control, RecentEvents events,
            Supplier<PoolConfig> config, Supplier<PoolPlan> plan, DownDrains drains,
            Supplier<Optional<String>> gatewayObstacle, LongSupplier clock) {
        this.pool = pool;
        this.loops = loops;
        this.control = control;
        this.events = events;
        this.config = config;
        this.plan = plan;
        this.drains = drains;
        this.gatewayObstacle = gatewayObstacle;
        this.clock = clock;
        view = new RebalanceView(config.get().rebalance().when(), false, RebalanceView.State.OFF, Optional.empty(), 0,
                0,
                0);
    }

    // ---- what it is; from any thread ----

    /** How it stands. */
    RebalanceView view() {
        return view;
    }

    /** Whether it must be looked at each second. */
    boolean isActive() {
        return isRunning || config.get().rebalance().when() != RebalanceWhen.NEVER;
    }

    /** See {@link RelayShares#skew}. */
    double skew() {
        return terms().shares(Map.of()).skew();
    }

    // ---- each second ----

    private RebalanceTerms terms() {
        return new RebalanceTerms(pool.snapshot(), config.get(), plan.get());
    }

    private RelayShares shares() {
        RebalanceRun present = run;
        return terms().shares(present == null ? Map.of() : present.leaving());
    }

    /** Endpoints may have gone, or come back. */
    void look() {
        if (isActive()) {
            Set<Endpoint> before = comebacks.back();
            comebacks = comebacks.seen(pool.snapshot(), clock.getAsLong());
            if (!before.containsAll(comebacks.back())) {
                stopped = Optional.empty();
            }
        }
    }

    /** To be called each second, as long as it is active. */
    void tick() {
        look();
        long now = clock.getAsLong();
        if (run == null) {
            consider(now);
        }
        RebalanceRun present = run;
        if (present != null) {
            advance(present, now);
        }
        isRunning = run != null;
    }

    private Optional<String> obstacle(long now, boolean isByHand) {
        Optional<String> found = gatewayObstacle.get();
        if (found.isEmpty() && !isByHand && reloadedAt != null && now - reloadedAt < AFTER_RELOAD_NANOS) {
            found = Optional.of("the configuration was loaded less than a minute ago");
        }
        return found.isEmpty() ? RebalanceObstacles.in(pool.snapshot(), drains.isDraining()) : found;
    }

    private Optional<String> young(RelayShares shares, long now) {
        Collection<Endpoint> gaining = terms().isHoming()
                ? comebacks.back()
                : shares.takers().stream().map(RelayShares.Part::endpoint).toList();
        return RebalanceObstacles.young(gaining, comebacks, terms().rules(), now);
    }

    private boolean isDue(long now) {
        return switch (terms().rules().when()) {
            case NEVER -> false;
            case RECOVERY -> !comebacks.back().isEmpty();
            case ALWAYS -> !terms().isHoming() || !comebacks.back().isEmpty() || lookedAt == null
                    || now - lookedAt >= LOOK_NANOS;
        };
    }

    /** Begins if there is a reason. */
    private void consider(long now) {
        RelayShares shares = shares();
        Optional<String> why = obstacle(now, false).or(() -> young(shares, now));
        if (stopped.isPresent()) {
            show(RebalanceView.State.STOPPED, stopped, 0, shares);
        } else if (!isDue(now) || !(terms().isHoming() || shares.isOff(terms().rules().over()))) {
            if (why.isEmpty() && !shares.isRamping()) {
                comebacks = comebacks.settled();
            }
            show(terms().isNever() ? RebalanceView.State.OFF : RebalanceView.State.WATCHING,
                    Optional.empty(), 0, shares);
        } else if (why.isPresent()) {
            show(RebalanceView.State.WAITING, why, 0, shares);
        } else {
            run = new RebalanceRun(false, now);
            nextRoundAt = now;
        }
    }

    private void advance(RebalanceRun present, long now) {
        RelayShares shares = shares();
        Optional<String> why = obstacle(now, present.isByHand())
                .or(() -> present.isByHand() ? Optional.empty() : young(shares, now));
        if (why.isPresent()) {
            round = null;
            present.onInterrupted();
            show(RebalanceView.State.WAITING, why, terms().closings(shares), shares);
        } else if (now - nextRoundAt >= 0 && (round == null || now - roundAt > MAX_ROUND_NANOS)) {
            ask(present, now);
        }
    }

    // ---- a round: what the loops have, and its closing in steps ----

    private void ask(RebalanceRun present, long now) {
        RebalanceSearch search = terms().search(comebacks, present.isByHand(), loops.count(), now);
        RebalanceRound asked = new RebalanceRound(search.from());
        counted = shares().endpoints();
        round = asked;
        roundAt = now;
        loops.tell(context -> search.begin(context, found -> onControl(() -> {
            asked.add(context.number(), found);
            if (asked.answers() == loops.count() && asked == round) {
                onFound(present, asked, clock.getAsLong());
            }
        })));
    }

    private void onControl(Runnable task) {
        try {
            control.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("shutting down: pool {} is no longer rebalanced", pool.name());
        }
    }

    private void onFound(RebalanceRun present, RebalanceRound found, long now) {
        RebalanceTerms terms = terms();
        present.count(found);
        RelayShares shares = shares();
        long astray = terms.isHoming() ? found.astray() : -1;
        Optional<CloseProgress> vain = present.vain(shares, astray, now);
        int[] surplus = terms.surplus(found, shares);
        long excess = IntStream.of(surplus).asLongStream().sum();
        long closings = terms.isHoming() ? excess : terms.closings(shares);
        int perSecond = terms.perSecond(shares);
        if (vain.isPresent()) {
            giveUp(vain.get());
        } else if (excess == 0) {
            round = null;
            onEven(present, shares, now);
        } else if (found.idle() == 0) {
            round = null;
            nextRoundAt = now + Math.clamp(terms.idleNanos(), SECOND_NANOS, MAX_PAUSE_NANOS);
            show(RebalanceView.State.RUNNING, Optional.of("no relay that is to go is idle"), closings, shares);
        } else {
            if (present.tell()) {
                tell("begins: about " + closings + " of " + shares.total() + " relays are to be closed, " + perSecond
                        + " in a second at most");
            }
            present.onClosing(shares, astray, excess, closings, now);
            found.allow(surplus, terms.isHoming() ? Integer.MAX_VALUE : shares.deficit());
            show(RebalanceView.State.RUNNING, Optional.empty(), closings, shares);
            step(present, found, perSecond, 0);
        }
    }

    private void step(RebalanceRun present, RebalanceRound found, int perSecond, int number) {
        if (found != round) {
            return;
        }
        long now = clock.getAsLong();
        if (number == STEPS) {
            round = null;
            advance(present, now);
        } else if (obstacle(now, present.isByHand()).isEmpty() && counted.equals(shares().endpoints())) {
            int most = Math.min(Math.ceilDiv(perSecond, STEPS), budget.left(perSecond, now));
            found.close(loops, most, budget::onAsked,
                    (asked, closed) -> onControl(() -> onClosed(present, asked, closed)));
        }
        if (number < STEPS) {
            var _ = control.schedule(() -> step(present, found, perSecond, number + 1), SECOND_NANOS / STEPS,
                    TimeUnit.NANOSECONDS);
        }
    }

    private void onClosed(RebalanceRun present, int asked, int closed) {
        budget.onDone(asked, closed, clock.getAsLong());
        present.onClosed(closed);
    }

    // ---- its end ----

    /** Nobody has too many, or everybody is at home. */
    private void onEven(RebalanceRun present, RelayShares shares, long now) {
        if (!present.isByHand() && !terms().isHoming() && shares.isRamping()) {
            show(RebalanceView.State.WAITING, Optional.of("an endpoint starts slowly, so its share still grows"), 0,
                    shares);
            return;
        }
        if (present.closed() > 0) {
            tell("is done: " + present.closed() + " relays were closed in "
                    + RebalanceObstacles.seconds(Duration.ofNanos(now - present.begunAt())));
        }
        comebacks = comebacks.settled();
        end(Optional.empty());
    }

    private void giveUp(CloseProgress vain) {
        String text = "rebalancing of pool " + pool.name() + " has stopped: " + vain.closed()
                + " relays were closed, and their clients have not come back to other endpoints; it begins again after the "
                + "next return of an endpoint, or the next reload";
        events.add(text);
        LOG.warn("{}", text);
        comebacks = comebacks.settled();
        end(Optional.of("clients do not come back to other endpoints"));
    }

    private void end(Optional<String> why) {
        run = null;
        round = null;
        isRunning = false;
        if (terms().isNever()) {
            // Nobody looks from now on: what is known would be out of date.
            comebacks = Comebacks.NONE;
        }
        lookedAt = clock.getAsLong();
        stopped = terms().isNever() ? Optional.empty() : why;
        RebalanceView.State state = stopped.isPresent()
                ? RebalanceView.State.STOPPED
                : terms().isNever() ? RebalanceView.State.OFF : RebalanceView.State.WATCHING;
        view = new RebalanceView(terms().rules().when(), terms().isHoming(), state, stopped, 0, 0, 0);
    }

    /** A configuration is applied: what had stopped may begin again, what was begun by hand is over. */
    void onReload() {
        reloadedAt = clock.getAsLong();
        stopped = Optional.empty();
        if (run != null) {
            tell("ends, since the configuration is loaded");
        }
        close();
    }

    /** The pool ends, or the gateway does. */
    void close() {
        end(Optional.empty());
    }

    // ---- by hand ----

    /** Why an operator's wish is refused; empty when it is not. */
    Optional<String> whyNot() {
        return run == null ? obstacle(clock.getAsLong(), true) : Optional.of("it is being rebalanced already");
    }

    /** What to ask the loops for a forecast. */
    RebalanceSearch search() {
        return terms().search(comebacks, true, loops.count(), clock.getAsLong());
    }

    /** What a run would close, by what the loops have. */
    RebalanceForecast forecast(RebalanceRound asked) {
        return terms().forecast(asked);
    }

    /** Begins once, whatever {@code when} says. */
    void begin() {
        stopped = Optional.empty();
        nextRoundAt = clock.getAsLong();
        run = new RebalanceRun(true, nextRoundAt);
        tick();
    }

    /** Ends what is under way, or waits; true if something did. */
    boolean stop() {
        boolean wasDue = run != null || view.state() == RebalanceView.State.WAITING;
        if (wasDue) {
            tell("was stopped by an operator");
            comebacks = comebacks.settled();
            end(Optional.of("an operator stopped it"));
        }
        return wasDue;
    }

    private void tell(String what) {
        String text = "rebalancing of pool " + pool.name() + " " + what;
        events.add(text);
        LOG.info("{}", text);
    }

    private void show(RebalanceView.State state, Optional<String> why, long left, RelayShares shares) {
        RebalanceRun present = run;
        view = new RebalanceView(terms().rules().when(), terms().isHoming(), state, why,
                present == null ? 0 : present.closed(), left,
                terms().perSecond(shares));
    }
}
