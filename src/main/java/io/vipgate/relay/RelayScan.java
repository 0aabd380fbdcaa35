package io.vipgate.relay;

/**
 * Goes through the relays that are open on one loop, some in each turn, so that a quarter of a million of them hold no
 * other connection up. Those that open meanwhile are left out.
 *
 * <p>Confined to its event loop.
 */
final class RelayScan implements Runnable {
    /** What may be done in one turn; to look at a relay is 1. */
    static final int PER_TURN = 512;
    /** To end one takes some system calls. */
    static final int PER_ENDING = 8;

    /** Looks at relays. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Looks at one; it may end it.
         *
         * @return whether it did more than look
         */
        boolean visit(Relay relay);
    }

    private final RelayLoop loop;
    private final Visitor visitor;
    private final Runnable onEnd;
    private final long newest;
    /** Those before this position are still to be visited. */
    private int left;

    private RelayScan(RelayLoop loop, Visitor visitor, Runnable onEnd) {
        this.loop = loop;
        this.visitor = visitor;
        this.onEnd = onEnd;
        newest = loop.newestNumber();
        left = loop.relays();
    }

    /**
     * Begins with a first turn at once; to be called on the loop.
     *
     * @param onEnd called on the loop when all were visited
     */
    static void begin(RelayLoop loop, Visitor visitor, Runnable onEnd) {
        assert loop.eventLoop().inEventLoop();
        new RelayScan(loop, visitor, onEnd).run();
    }

    @Override
    public void run() {
        int rest = PER_TURN;
        while (rest > 0 && left > 0) {
            left = Math.min(left, loop.relays()) - 1;
            if (left >= 0) {
                Relay relay = loop.relay(left);
                rest -= relay.number() <= newest && visitor.visit(relay) ? PER_ENDING : 1;
            }
        }
        if (left > 0) {
            loop.eventLoop().executeAfterNextBatch(this);
        } else {
            onEnd.run();
        }
    }
}
