package io.vipgate.eventloop;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Coarse timers of one event loop: a ring of slots, each a list of the timers that are due in its tick. Arming and
 * disarming take constant time and no memory. A timer fires at its deadline at the earliest and, on a loop that is not
 * stalled, one tick after it at the latest.
 *
 * <p>The loop is woken only for ticks in which timers stand, or have stood.
 *
 * <p>Confined to its event loop.
 */
public final class Wheel {
    /** Length of a tick in nanoseconds. */
    public static final long TICK_NANOS = 50_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(Wheel.class);

    private static final int SLOTS = 1024;
    private static final long WALKING = Long.MIN_VALUE;

    private final EventLoop loop;
    private final @Nullable WheelTimer[] slots = new @Nullable WheelTimer[SLOTS];
    private final Runnable onWake = this::walk;
    private final long origin;
    /** All slots up to this tick have been looked at, or were empty when it came. */
    private long current;
    private int armed;
    /** The next wake-up; null when there is none. */
    private @Nullable Future<?> wake;
    /** The tick that it is for: no timer stands in an earlier one. {@link #WALKING} while one is under way. */
    private long wakeTick;

    /** Makes a wheel whose time begins now. */
    public Wheel(EventLoop loop) {
        this.loop = loop;
        origin = loop.now();
    }

    /** Timers that stand in the wheel. */
    public int armed() {
        return armed;
    }

    /**
     * Arms a timer, or moves one that is armed.
     *
     * @param deadline the loop's time in nanoseconds
     */
    public void arm(WheelTimer timer, long deadline) {
        assert loop.inEventLoop();
        if (timer.slot >= 0) {
            unlink(timer);
        }
        // The wheel has stood still where it was empty.
        long present = (loop.now() - origin) / TICK_NANOS;
        if (wake == null) {
            current = Math.max(current, present);
        } else if (wakeTick != WALKING) {
            // While walking, the slots up to the present are still to be looked at.
            current = Math.max(current, Math.min(present, wakeTick - 1));
        }
        long tick = link(timer, deadline);
        if (wake == null || tick < wakeTick) {
            wakeAt(tick);
        }
    }

    private void wakeAt(long tick) {
        if (wake != null) {
            wake.cancel(false);
        }
        wakeTick = tick;
        wake = loop.scheduleRevocable(onWake, Math.max(1, origin + tick * TICK_NANOS - loop.now()));
    }

    /** Disarms a timer; does nothing to one that is not armed. */
    public void disarm(WheelTimer timer) {
        assert loop.inEventLoop();
        if (timer.slot >= 0) {
            unlink(timer);
        }
    }

    /** Returns the tick that it stands in. */
    private long link(WheelTimer timer, long deadline) {
        // The tick that ends at or after the deadline, so that no timer fires early.
        long tick = (deadline - origin + TICK_NANOS - 1) / TICK_NANOS;
        long bounded = Math.clamp(tick, current + 1, current + SLOTS - 1);
        int slot = (int) (bounded & (SLOTS - 1));
        WheelTimer first = slots[slot];
        timer.slot = (short) slot;
        timer.previous = null;
        timer.next = first;
        if (first != null) {
            first.previous = timer;
        }
        slots[slot] = timer;
        armed++;
        return bounded;
    }

    private void unlink(WheelTimer timer) {
        WheelTimer next = timer.next;
        WheelTimer previous = timer.previous;
        if (next != null) {
            next.previous = previous;
        }
        if (previous != null) {
            previous.next = next;
        } else {
            slots[timer.slot] = next;
        }
        timer.next = null;
        timer.previous = null;
        timer.slot = -1;
        armed--;
    }

    private void walk() {
        wakeTick = WALKING;
        long now = loop.now();
        long target = (now - origin) / TICK_NANOS;
        // After a long stall one turn visits every slot.
        current = Math.max(current, target - SLOTS);
        try {
            while (current < target) {
                current++;
                fire((int) (current & (SLOTS - 1)), now);
            }
        } finally {
            wake = null;
            if (armed > 0) {
                wakeAt(nextOccupied());
            }
        }
    }

    private long nextOccupied() {
        long tick = current + 1;
        while (slots[(int) (tick & (SLOTS - 1))] == null) {
            tick++;
        }
        return tick;
    }

    private void fire(int slot, long now) {
        // A timer that fires may disarm its neighbours, and one that is armed again never lands in this slot.
        WheelTimer timer = slots[slot];
        while (timer != null) {
            unlink(timer);
            long deadline = look(timer, now);
            if (deadline != WheelTimer.NEVER && timer.slot < 0) {
                link(timer, deadline);
            }
            timer = slots[slot];
        }
    }

    /** One timer that fails must not stop the ticks, and with them all bounds of all relays. */
    private static long look(WheelTimer timer, long now) {
        try {
            return timer.onTimer(now);
        } catch (Throwable t) {
            LOG.error("timer failed", t);
            return WheelTimer.NEVER;
        }
    }
}
