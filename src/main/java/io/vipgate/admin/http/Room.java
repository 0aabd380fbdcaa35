package io.vipgate.admin.http;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;

/**
 * Places for connections that do the same. When none is left, the one that has been idle for longest ends for a newcomer: of
 * the newcomer's own source if that has its share already, else of all.
 *
 * <p>Confined to the loop.
 */
final class Room {
    private final int most;
    private final int mostOfOneSource;
    private final long minIdleNanos;
    /** The idlest first. */
    private final SequencedSet<HttpConnection> inside = new LinkedHashSet<>();
    private int running;

    /**
     * Makes one that is empty.
     *
     * @param minIdleMillis who has been idle for less need not go, nor who waits for an answer
     */
    Room(int most, int mostOfOneSource, long minIdleMillis) {
        this.most = most;
        this.mostOfOneSource = mostOfOneSource;
        minIdleNanos = TimeUnit.MILLISECONDS.toNanos(minIdleMillis);
    }

    /** Lets a connection in. Returns false when there is no place, and nobody who must go. */
    boolean enter(HttpConnection newcomer) {
        String source = newcomer.remote().source();
        boolean isSourceFull = inside.stream().filter(each -> each.remote().source().equals(source))
                .count() >= mostOfOneSource;
        if (isSourceFull || inside.size() >= most) {
            Optional<HttpConnection> idlest = inside.stream()
                    .filter(each -> !isSourceFull || each.remote().source().equals(source))
                    .filter(each -> each.idleNanos() >= minIdleNanos).findFirst();
            if (idlest.isEmpty()) {
                return false;
            }
            inside.remove(idlest.get());
            idlest.get().end();
        }
        inside.add(newcomer);
        return true;
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

    /** Counts an answer that is being made. Returns false when there are as many already as there are places. */
    boolean begin() {
        if (running >= most) {
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
