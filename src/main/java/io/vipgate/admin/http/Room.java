package io.vipgate.admin.http;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Places for connections that do the same. When none is left, a newcomer takes one from the source that holds most: the one
 * that has been idle for longest ends. So whoever has few places keeps them, however many others come and go.
 *
 * <p>Confined to the loop.
 */
final class Room {
    /** Even who waits for an answer that is being made may have to go. */
    static final long NONE = -1;

    private static final int MAKING_PER_PLACE = 8;

    private final int most;
    private final int mostOfOneSource;
    private final long minIdleNanos;
    private final long minIdleForOthersNanos;
    /** The idlest first. */
    private final SequencedSet<HttpConnection> inside = new LinkedHashSet<>();
    private int running;

    /**
     * Makes one that is empty.
     *
     * @param minIdleMillis who has been idle for less need not go, nor who waits for an answer
     * @param minIdleForOthersMillis the same where a newcomer's source holds fewer places; or {@link #NONE}
     */
    Room(int most, int mostOfOneSource, long minIdleMillis, long minIdleForOthersMillis) {
        this.most = most;
        this.mostOfOneSource = mostOfOneSource;
        minIdleNanos = TimeUnit.MILLISECONDS.toNanos(minIdleMillis);
        minIdleForOthersNanos = TimeUnit.MILLISECONDS.toNanos(minIdleForOthersMillis);
    }

    /** Lets a connection in. Returns false when there is no place, and nobody who must go. */
    boolean enter(HttpConnection newcomer) {
        if (mayEnter(newcomer.remote().source())) {
            inside.add(newcomer);
            return true;
        }
        return false;
    }

    private boolean mayEnter(String source) {
        Map<String, Integer> held = new HashMap<>();
        inside.forEach(each -> held.merge(each.remote().source(), 1, Integer::sum));
        int own = held.getOrDefault(source, 0);
        if (own >= mostOfOneSource) {
            return end(each -> each.remote().source().equals(source), minIdleNanos);
        }
        if (inside.size() < most) {
            return true;
        }
        int largest = held.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        if (largest > own + 1) {
            return end(each -> held.getOrDefault(each.remote().source(), 0) == largest, minIdleForOthersNanos);
        }
        // It would hold as many as any other: one of its own goes, if it has any.
        return end(each -> own == 0 || each.remote().source().equals(source), minIdleNanos);
    }

    /** Ends the idlest of some. Returns false when it has not been idle for long enough. */
    private boolean end(Predicate<HttpConnection> ofThese, long leastIdleNanos) {
        Optional<HttpConnection> idlest = inside.stream().filter(ofThese)
                .filter(each -> each.idleNanos() >= leastIdleNanos).findFirst();
        idlest.ifPresent(each -> {
            inside.remove(each);
            each.end();
        });
        return idlest.isPresent();
    }

    /** A connection did something. */
    void touch(HttpConnection active) {
        if (inside.remove(active)) {
            inside.add(active);
        }
    }

    void leave(HttpConnection leaving) {
        inside.remove(leaving);
    }

    /**
     * Counts an answer that is being made. Returns false when too many are: more than there are places, since those for
     * connections that have ended are made to their end.
     */
    boolean begin() {
        if (running >= MAKING_PER_PLACE * most) {
            return false;
        }
        running++;
        return true;
    }

    /** An answer is made and sent, or was given up. */
    void finish() {
        running--;
    }
}
