package io.vipgate.relay;

import java.util.ArrayDeque;
import java.util.function.Predicate;

/**
 * Ends many relays of one loop by RST, some at a time, so that the others go on meanwhile.
 *
 * <p>Confined to its event loop.
 */
public final class RelaySweep implements Runnable {
    private static final int AT_ONCE = 64;

    private final RelayLoop loop;
    private final CloseReason reason;
    private final ArrayDeque<Relay> left = new ArrayDeque<>();

    private RelaySweep(RelayLoop loop, CloseReason reason) {
        this.loop = loop;
        this.reason = reason;
    }

    /**
     * Begins; to be called on the loop.
     *
     * @param isMeant which of the relays that are open now are to end
     * @return how many they are
     */
    public static int begin(RelayLoop loop, Predicate<Relay> isMeant, CloseReason reason) {
        assert loop.eventLoop().inEventLoop();
        RelaySweep sweep = new RelaySweep(loop, reason);
        loop.forEachRelay(relay -> {
            if (isMeant.test(relay)) {
                sweep.left.add(relay);
            }
        });
        int count = sweep.left.size();
        sweep.run();
        return count;
    }

    @Override
    public void run() {
        for (int i = 0; i < AT_ONCE && !left.isEmpty(); i++) {
            left.removeFirst().abort(reason);
        }
        if (!left.isEmpty()) {
            loop.eventLoop().executeAfterNextBatch(this);
        }
    }
}
