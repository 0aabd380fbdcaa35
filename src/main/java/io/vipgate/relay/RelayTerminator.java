package io.vipgate.relay;

import java.util.function.IntConsumer;
import java.util.function.Predicate;

/**
 * Ends many relays of one loop by RST, some at a time, so that the others go on meanwhile.
 *
 * <p>Confined to its event loop.
 */
public final class RelayTerminator implements RelayScan.Visitor {
    private final Predicate<Relay> matches;
    private final CloseReason reason;
    private int ended;

    private RelayTerminator(Predicate<Relay> matches, CloseReason reason) {
        this.matches = matches;
        this.reason = reason;
    }

    /**
     * Begins; to be called on the loop.
     *
     * @param matches which of the relays that are open now are to end
     * @param onEnd told on the loop how many they were
     */
    public static void begin(RelayLoop loop, Predicate<Relay> matches, CloseReason reason, IntConsumer onEnd) {
        RelayTerminator terminator = new RelayTerminator(matches, reason);
        RelayScan.begin(loop, terminator, () -> onEnd.accept(terminator.ended));
    }

    @Override
    public boolean visit(Relay relay) {
        if (!matches.test(relay)) {
            return false;
        }
        relay.abort(reason);
        ended++;
        return true;
    }
}
