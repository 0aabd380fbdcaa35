package io.vipgate.relay;

import java.util.ArrayDeque;
import java.util.function.Predicate;

/**
 * Ends many relays of one loop by RST, some at a time, so that the others go on meanwhile.
 *
 * <p>Confined to its event loop.
 */
public final class RelayTerminator implements Runnable {
    private static final int AT_ONCE = 64;

    private final RelayLoop loop;
    private final CloseReason reason;
    private final ArrayDeque<Relay> left = new ArrayDeque<>();

    private RelayTerminator(RelayLoop loop, CloseReason reason) {
        this.loop = loop;
        this.reason = reason;
    }

    /**
     * Begins; to be called on the loop.
     *
     * @param matches which of the relays that are open now are to end
     * @return how many they are
     */
    public static int begin(RelayLoop loop, Predicate<Relay> matches, CloseReason reason) {
        assert loop.eventLoop().inEventLoop();
        RelayTerminator terminate = new RelayTerminator(loop, reason);
        loop.forEachRelay(relay -> {
            if (matches.test(relay)) {
                terminate.left.add(relay);
            }
        });
        int count = terminate.left.size();
        terminate.run();
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
