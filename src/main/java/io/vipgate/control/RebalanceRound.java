package io.vipgate.control;

import io.vipgate.loops.EventLoopSet;
import io.vipgate.pool.Endpoint;
import io.vipgate.relay.RelayHoming;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * The relays that the loops have found for one second, and how many of each loop and endpoint are closed in each part of it.
 *
 * <p>Confined to the control thread.
 */
final class RebalanceRound {
    private static final int PARTS = 32;

    private final List<Endpoint> from;
    /** By the loop's number. */
    private final Map<Integer, RelayHoming.Found> found = new HashMap<>();
    /** What is left of each loop's, by endpoint. */
    private final Map<Integer, int[]> left = new HashMap<>();
    /** What each endpoint still has to give, and all of them together. */
    private int[] surplus = {};
    private int bound;

    RebalanceRound(List<Endpoint> from) {
        this.from = from;
    }

    List<Endpoint> from() {
        return from;
    }

    /** A loop has answered. */
    void add(int loop, RelayHoming.Found answer) {
        found.put(loop, answer);
        left.put(loop, answer.idle().stream().mapToInt(Integer::intValue).toArray());
    }

    int answers() {
        return found.size();
    }

    int astray(int place) {
        return found.values().stream().mapToInt(each -> each.astray().get(place)).sum();
    }

    int idle(int place) {
        return found.values().stream().mapToInt(each -> each.idle().get(place)).sum();
    }

    int leaving(Endpoint endpoint) {
        int place = from.indexOf(endpoint);
        return place < 0 ? 0 : found.values().stream().mapToInt(each -> each.leaving().get(place)).sum();
    }

    int astray() {
        int sum = 0;
        for (int place = 0; place < from.size(); place++) {
            sum += astray(place);
        }
        return sum;
    }

    int idle() {
        int sum = 0;
        for (int place = 0; place < from.size(); place++) {
            sum += idle(place);
        }
        return sum;
    }

    /**
     * How many may go.
     *
     * @param ofEach by endpoint
     * @param ofAll of all of them together
     */
    void allow(int[] ofEach, int ofAll) {
        surplus = ofEach.clone();
        bound = ofAll;
    }

    /**
     * Has some of them closed.
     *
     * @param most so many
     * @param onAsked how many the loops are asked for, before they are
     * @param onClosed of one loop, how many of those it was asked for it has closed; called on that loop
     */
    void close(EventLoopSet loops, int most, IntConsumer onAsked, OnClosed onClosed) {
        Map<Integer, int[]> counts = new HashMap<>();
        int chosen = 0;
        int wanted = Math.min(most, bound);
        int place = neediest();
        while (chosen < wanted && place >= 0) {
            int loop = fullest(place);
            // Some at a time where there are many, so that neither many endpoints nor many relays take long.
            int some = Math.min(Math.ceilDiv(wanted - chosen, PARTS), Math.min(surplus[place], leftOf(loop, place)));
            Objects.requireNonNull(left.get(loop))[place] -= some;
            surplus[place] -= some;
            counts.computeIfAbsent(loop, _ -> new int[from.size()])[place] += some;
            chosen += some;
            place = neediest();
        }
        bound -= chosen;
        onAsked.accept(chosen);
        counts.forEach((loop, ofEach) -> {
            List<Integer> asked = new ArrayList<>();
            int sum = 0;
            for (int count : ofEach) {
                asked.add(count);
                sum += count;
            }
            int all = sum;
            RelayHoming homing = Objects.requireNonNull(found.get(loop)).homing();
            loops.tell(_ -> homing.close(asked, closed -> onClosed.accept(all, closed)),
                    context -> context.number() == loop);
        });
    }

    /** Told how many were closed. */
    @FunctionalInterface
    interface OnClosed {
        void accept(int asked, int closed);
    }

    /** Who has the most to give of those who have relays that can go; -1 for nobody. */
    private int neediest() {
        int best = -1;
        for (int place = 0; place < surplus.length; place++) {
            if (surplus[place] > 0 && (best < 0 || surplus[place] > surplus[best])
                    && leftOf(fullest(place), place) > 0) {
                best = place;
            }
        }
        return best;
    }

    private int fullest(int place) {
        int best = 0;
        for (int loop : left.keySet()) {
            best = leftOf(loop, place) > leftOf(best, place) ? loop : best;
        }
        return best;
    }

    private int leftOf(int loop, int place) {
        int[] counts = left.get(loop);
        return counts == null ? 0 : counts[place];
    }
}
