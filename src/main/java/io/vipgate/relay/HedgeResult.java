package io.vipgate.relay;

import java.util.Locale;

/**
 * What became of a hedge: of a second connect, begun beside one that was slow. All but the last two were begun.
 *
 * <p>Immutable.
 */
public enum HedgeResult {
    /** It was connected first. */
    WON,
    /** The first connect was, after all. */
    LOST,
    /** The first connect failed, and the hedge went on as the attempt. */
    TOOK_OVER,
    /** It failed, and the first connect went on. */
    FAILED,
    /** The relay ended before either was connected. */
    CANCELLED,
    /** None was begun: the budget was used up. */
    NO_BUDGET,
    /** None was begun: there was no descriptor to spare, no local port or no memory. */
    NO_SOCKET;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in metrics. */
    public String label() {
        return label;
    }
}
