package io.vipgate.relay;

import io.vipgate.pool.Endpoint;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Ends relays of one loop before the gateway stops, or when what they belong to is gone from the configuration or down: idle ones
 * by FIN, spread over the first half of the time so that their clients do not all come back at once; what is left at the
 * end by RST. A relay that waits for an answer is not idle.
 *
 * <p>Confined to its event loop.
 */
public final class RelayDrain {
    private static final long MIN_STEP_NANOS = 50_000_000;
    /** All relays of the loop are looked at in each step: less often where there is time. */
    private static final long MAX_STEP_NANOS = 1_000_000_000;
    private static final int STEPS = 600;
    /** Silence that makes a relay idle. */
    private static final long QUIET_NANOS = 500_000_000;
    /** Share of the time over which idle relays are spread. */
    private static final double SPREAD = 0.5;

    private final RelayLoop loop;
    private final Predicate<Relay> matches;
    private final CloseReason reason;
    /** What still connects when the time is over ends only if it reaches an endpoint that is meant. */
    private final boolean sparesConnects;
    private final LongSupplier waiting;
    private final Runnable onDone;
    private final long begin;
    private final long nanos;
    private final long stepNanos;
    /** Relays that are meant and open, as of the last look. */
    private int present;
    private int quota;

    /** Calls a drain off on all loops. Thread-safe. */
    public static final class Switch {
        private volatile boolean isOff;

        /** Makes one that is on. */
        public Switch() {}

        /** Relays that have not been sent FIN by now stay. */
        public void callOff() {
            isOff = true;
        }
    }

    /** Relays that are connected to one of these endpoints, or may be by one of the connects that are under way. */
    public static Predicate<Relay> at(Set<Endpoint> endpoints) {
        return relay -> {
            LoopEndpoint present = relay.attempts.endpoint();
            Hedge other = relay.attempts.hedge();
            return (present != null && endpoints.contains(present.endpoint()))
                    || (other != null && endpoints.contains(other.endpoint.endpoint()));
        };
    }

    private RelayDrain(RelayLoop loop, Predicate<Relay> matches, CloseReason reason, boolean sparesConnects,
            LongSupplier waiting, long nanos, Runnable onDone) {
        this.reason = reason;
        this.sparesConnects = sparesConnects;
        this.waiting = waiting;
        this.loop = loop;
        this.matches = matches;
        this.nanos = nanos;
        stepNanos = Math.clamp(nanos / STEPS, MIN_STEP_NANOS, MAX_STEP_NANOS);
        this.onDone = onDone;
        begin = loop.eventLoop().now();
    }

    /**
     * Begins with all relays; to be called on the loop.
     *
     * @param nanos how long relays may take, 0 to reset them all now
     * @param onDone called on the loop when none is left
     */
    public static void begin(RelayLoop loop, long nanos, Runnable onDone) {
        begin(loop, _ -> true, loop::waiting, nanos, onDone);
    }

    /**
     * Begins with some relays; to be called on the loop.
     *
     * @param matches which relays are to end
     * @param waiting how many clients may still get such a relay
     * @param nanos how long they may take, 0 to reset them all now
     * @param onDone called on the loop when none is left
     */
    public static void begin(RelayLoop loop, Predicate<Relay> matches, LongSupplier waiting, long nanos,
            Runnable onDone) {
        new RelayDrain(loop, matches, CloseReason.DRAIN, false, waiting, nanos, onDone).begin();
    }

    /**
     * Begins with some relays of endpoints, as long as it is not called off; to be called on the loop.
     *
     * @param matches which relays are to end. What still connects to such an endpoint may find another one: it is waited
     *        for, whatever the time, and ends too if it was connected after all
     * @param reason why: {@code DRAIN} or {@code ENDPOINT_DOWN}
     * @param nanos how long they may take, 0 to reset them all now
     */
    public static void begin(RelayLoop loop, Switch lever, Predicate<Relay> matches, CloseReason reason, long nanos) {
        new RelayDrain(loop, relay -> !lever.isOff && matches.test(relay), reason, true, () -> 0, nanos, () -> {})
                .begin();
    }

    private void begin() {
        assert loop.eventLoop().inEventLoop();
        RelayScan.begin(loop, this::count, this::step);
    }

    private boolean count(Relay relay) {
        present += matches.test(relay) ? 1 : 0;
        return false;
    }

    private void step() {
        long elapsed = loop.eventLoop().now() - begin;
        if (elapsed >= nanos) {
            look(relay -> {
                boolean isAborted = !sparesConnects || relay.isConnected();
                if (isAborted) {
                    relay.abort(reason);
                }
                return isAborted;
            });
        } else {
            // As many as bring the spread to its end in time, were all of them idle.
            double stepsLeft = Math.max(1, (nanos * SPREAD - elapsed) / stepNanos);
            quota = (int) Math.ceil(present / stepsLeft);
            look(relay -> {
                boolean isDrained = quota > 0 && RelayEndings.drain(relay, QUIET_NANOS, reason);
                quota -= isDrained ? 1 : 0;
                return isDrained;
            });
        }
    }

    private void look(RelayScan.Visitor visitor) {
        present = 0;
        RelayScan.begin(loop, relay -> {
            if (!matches.test(relay)) {
                return false;
            }
            boolean isDone = visitor.visit(relay);
            present += relay.isOpen() ? 1 : 0;
            return isDone;
        }, this::onLooked);
    }

    private void onLooked() {
        if (present == 0 && (waiting.getAsLong() == 0 || loop.eventLoop().now() - begin >= nanos)) {
            onDone.run();
        } else {
            long left = nanos - (loop.eventLoop().now() - begin);
            loop.eventLoop().schedule(this::step, left > 0 ? Math.min(left, stepNanos) : MIN_STEP_NANOS);
        }
    }
}
