package io.vipgate.eventloop;

import org.jspecify.annotations.Nullable;

/**
 * Something a {@link Wheel} can hold; the links are part of the object, so that arming and disarming allocate nothing.
 *
 * <p>Confined to the event loop of its wheel.
 */
public abstract class WheelTimer {
    /** Returned by {@link #onTimer(long)} to leave the wheel. */
    public static final long NEVER = Long.MAX_VALUE;

    @Nullable
    WheelTimer next;
    @Nullable
    WheelTimer previous;
    /** Slot it stands in, or -1. */
    short slot = -1;

    /** Called once for each timer. */
    protected WheelTimer() {}

    /**
     * Looks at what is due. May be called before anything is: long delays take several turns of the wheel, and a
     * deadline that has moved since is not moved in the wheel.
     *
     * @param now the loop's time in nanoseconds
     * @return when to look again, in the same time, or {@link #NEVER}
     */
    protected abstract long onTimer(long now);
}
