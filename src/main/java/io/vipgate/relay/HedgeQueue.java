package io.vipgate.relay;

import io.vipgate.eventloop.EventLoop;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Relays of one pool whose connect is under way, in the order in which those began, until the pool's delay is over: then a
 * second connect begins beside the first. The delay is the same for all, so that a queue is enough, and finer than the
 * {@link io.vipgate.eventloop.Wheel}'s ticks, which a delay of 10 ms needs.
 *
 * <p>To be added costs two stores. A relay that is connected stays until the loop wakes next and finds it so: the loop wakes
 * for the eldest alone, once in a delay at most, or not at all where relays are rare.
 *
 * <p>Confined to its event loop.
 */
final class HedgeQueue {
    private static final int MIN_CAPACITY = 64;
    /** Relays that come slower than so many in a delay are rare. */
    private static final int CALM = 16;

    private @Nullable Relay[] relays = new @Nullable Relay[MIN_CAPACITY];
    /** From when on each waits. */
    private long[] since = new long[MIN_CAPACITY];
    private int first;
    private int size;
    private @Nullable HedgeRules rules;
    private final Runnable onWake = this::wake;
    private @Nullable EventLoop loop;
    /** Null when nobody waits. */
    private @Nullable Future<?> nextWake;
    /** The delay that it was set for. */
    private long wakeDelay;
    private long lastAdded = Long.MIN_VALUE / 2;
    private boolean isCalm;

    /** Works by these rules from now on, for those that wait already too; null: hedges nothing. */
    void configure(@Nullable HedgeRules newRules) {
        rules = newRules;
    }

    @Nullable
    HedgeRules rules() {
        return rules;
    }

    /** How many are waiting, connected ones that nobody has looked at yet included. */
    int size() {
        return size;
    }

    /** A connect of a relay begins, or goes on alone. */
    void add(Relay relay) {
        HedgeRules present = rules;
        if (present != null) {
            long now = relay.now();
            long delay = present.delayNanos();
            isCalm = now - lastAdded >= delay / CALM;
            lastAdded = now;
            loop = relay.loop.eventLoop();
            addLast(relay, now);
            if (nextWake == null || delay < wakeDelay) {
                wakeAfter(delay, now);
            }
        }
    }

    /** A relay is connected. Where relays are rare, the loop sleeps on when nobody waits any more. */
    void onConnected() {
        Future<?> present = nextWake;
        if (isCalm && present != null) {
            while (size > 0 && !isFirstWaiting()) {
                removeFirst();
            }
            if (size == 0) {
                present.cancel(false);
                nextWake = null;
            }
        }
    }

    private void wakeAfter(long delay, long now) {
        Future<?> present = nextWake;
        if (present != null) {
            present.cancel(false);
        }
        wakeDelay = delay;
        nextWake = Objects.requireNonNull(loop).scheduleRevocable(onWake, Math.max(1, since[first] + delay - now));
    }

    private void wake() {
        nextWake = null;
        long now = Objects.requireNonNull(loop).now();
        HedgeRules present = rules;
        long delay = present == null ? 0 : present.delayNanos();
        // Those that wait once more stand behind all that are looked at now.
        for (int left = size; left > 0 && (!isFirstWaiting() || now - since[first] >= delay); left--) {
            boolean isWaiting = isFirstWaiting();
            Relay relay = removeFirst();
            if (isWaiting && present != null && RelayHedge.onDelayOver(relay, present)) {
                addLast(relay, now);
            }
        }
        if (size > 0 && nextWake == null) {
            wakeAfter(delay, now);
        }
    }

    /** Whether the eldest still waits for the connect that it was added for. */
    private boolean isFirstWaiting() {
        Relay relay = Objects.requireNonNull(relays[first]);
        return relay.phase == RelayPhase.CONNECTING && relay.since - since[first] <= 0
                && relay.attempts.hedge() == null;
    }

    private void addLast(Relay relay, long now) {
        if (size == relays.length) {
            resize(2 * size);
        }
        int position = first + size & relays.length - 1;
        relays[position] = relay;
        since[position] = now;
        size++;
    }

    private Relay removeFirst() {
        Relay relay = Objects.requireNonNull(relays[first]);
        relays[first] = null;
        first = first + 1 & relays.length - 1;
        size--;
        if (size < relays.length / 8 && relays.length > MIN_CAPACITY) {
            resize(relays.length / 2);
        }
        return relay;
    }

    private void resize(int capacity) {
        @Nullable
        Relay[] moved = Arrays.copyOf(relays, capacity);
        long[] times = new long[capacity];
        for (int i = 0; i < capacity; i++) {
            int from = first + i & relays.length - 1;
            moved[i] = i < size ? relays[from] : null;
            times[i] = since[from];
        }
        relays = moved;
        since = times;
        first = 0;
    }
}
