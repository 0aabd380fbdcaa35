package io.vipgate.relay;

import java.util.function.Predicate;

/**
 * Ends relays of one loop before the gateway stops, or when what they belong to is gone from the configuration: idle ones
 * by FIN, spread over the first half of the time so that their clients do not all come back at once; what is left at the
 * end by RST. A relay that waits for an answer is not idle.
 *
 * <p>Confined to its event loop.
 */
public final class RelayDrain {
    private static final long STEP_NANOS = 50_000_000;
    /** Silence that makes a relay idle. */
    private static final long QUIET_NANOS = 500_000_000;
    /** Share of the time over which idle relays are spread. */
    private static final double SPREAD = 0.5;

    private final RelayLoop loop;
    private final Predicate<Relay> matches;
    private final Runnable onDone;
    private final long begin;
    private final long nanos;
    private int meant;
    private int quota;

    private RelayDrain(RelayLoop loop, Predicate<Relay> matches, long nanos, Runnable onDone) {
        this.loop = loop;
        this.matches = matches;
        this.nanos = nanos;
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
        begin(loop, _ -> true, nanos, onDone);
    }

    /**
     * Begins with some relays; to be called on the loop.
     *
     * @param matches which relays are to end
     * @param nanos how long they may take, 0 to reset them all now
     * @param onDone called on the loop when none is left
     */
    public static void begin(RelayLoop loop, Predicate<Relay> matches, long nanos, Runnable onDone) {
        assert loop.eventLoop().inEventLoop();
        new RelayDrain(loop, matches, nanos, onDone).step();
    }

    private void step() {
        long elapsed = loop.eventLoop().now() - begin;
        if (elapsed >= nanos) {
            forEachMeant(relay -> relay.abort(CloseReason.DRAIN));
        } else {
            // As many as bring the spread to its end in time, were all of them idle.
            double stepsLeft = Math.max(1, (nanos * SPREAD - elapsed) / STEP_NANOS);
            quota = (int) Math.ceil(count() / stepsLeft);
            forEachMeant(relay -> {
                if (quota > 0 && RelayEndings.drain(relay, QUIET_NANOS)) {
                    quota--;
                }
            });
        }
        if (count() == 0) {
            onDone.run();
        } else {
            loop.eventLoop().schedule(this::step, STEP_NANOS);
        }
    }

    private int count() {
        meant = 0;
        forEachMeant(_ -> meant++);
        return meant;
    }

    private void forEachMeant(java.util.function.Consumer<Relay> action) {
        loop.forEachRelay(relay -> {
            if (matches.test(relay)) {
                action.accept(relay);
            }
        });
    }
}
