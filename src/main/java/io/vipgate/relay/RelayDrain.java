package io.vipgate.relay;

/**
 * Ends the relays of one loop before the gateway stops: idle ones by FIN, spread over the first half of the time so that
 * their clients do not all come back at once; what is left at the end by RST. A relay that waits for an answer is not idle.
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
    private final Runnable onDone;
    private final long begin;
    private final long nanos;
    private int quota;

    private RelayDrain(RelayLoop loop, long nanos, Runnable onDone) {
        this.loop = loop;
        this.nanos = nanos;
        this.onDone = onDone;
        begin = loop.eventLoop().now();
    }

    /**
     * Begins; to be called on the loop.
     *
     * @param nanos how long relays may take, 0 to reset them all now
     * @param onDone called on the loop when none is left
     */
    public static void begin(RelayLoop loop, long nanos, Runnable onDone) {
        assert loop.eventLoop().inEventLoop();
        new RelayDrain(loop, nanos, onDone).step();
    }

    private void step() {
        long elapsed = loop.eventLoop().now() - begin;
        if (elapsed >= nanos) {
            loop.forEachRelay(relay -> relay.abort(CloseReason.DRAIN));
        } else {
            // As many as bring the spread to its end in time, were all of them idle.
            double stepsLeft = Math.max(1, (nanos * SPREAD - elapsed) / STEP_NANOS);
            quota = (int) Math.ceil(loop.relays() / stepsLeft);
            loop.forEachRelay(relay -> {
                if (quota > 0 && relay.drain(QUIET_NANOS)) {
                    quota--;
                }
            });
        }
        if (loop.relays() == 0) {
            onDone.run();
        } else {
            loop.eventLoop().schedule(this::step, STEP_NANOS);
        }
    }
}
