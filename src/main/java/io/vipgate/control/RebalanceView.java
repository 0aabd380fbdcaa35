package io.vipgate.control;

import io.vipgate.config.RebalanceWhen;
import java.util.Locale;
import java.util.Optional;

/**
 * How it stands with the rebalancing of a pool, for whoever looks.
 *
 * <p>Immutable.
 *
 * @param isHoming whether clients are to come home, whatever the shares
 * @param why what it waits for, or why it has stopped; empty otherwise
 * @param closed relays that were closed since it began
 * @param left relays that are still to be closed, about
 * @param perSecond most that are closed in a second
 */
public record RebalanceView(RebalanceWhen when, boolean isHoming, State state, Optional<String> why, long closed,
        long left,
        int perSecond) {
    /** What it does. */
    public enum State {
        /** Only an operator can begin it. */
        OFF,
        /** There is nothing to do. */
        WATCHING,
        /** Something speaks against it now. */
        WAITING,
        /** Relays are closed. */
        RUNNING,
        /** It has given up, or was stopped. */
        STOPPED;

        /** The name for operators. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What it aims at, for operators. */
    public String aim() {
        return aim(isHoming);
    }

    static String aim(boolean isHoming) {
        return isHoming ? "homes" : "shares";
    }

    /** About how long it takes from now on. */
    public double leftSeconds() {
        return Math.ceil((double) left / Math.max(1, perSecond));
    }
}
