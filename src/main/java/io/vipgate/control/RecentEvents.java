package io.vipgate.control;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;

/**
 * What has happened last, for whoever looks: changes of health, of what the operator wants, and reloads.
 *
 * <p>Thread-safe.
 */
public final class RecentEvents {
    private static final int MOST = 50;

    private final ArrayDeque<Event> last = new ArrayDeque<>();

    /**
     * Something that happened.
     *
     * @param text one line
     */
    public record Event(Instant at, String text) {}

    /** Adds an event of now, one line; the oldest goes when there are fifty. */
    public synchronized void add(String text) {
        if (last.size() == MOST) {
            last.removeFirst();
        }
        last.addLast(new Event(Instant.now(), text));
    }

    /** The last ones, oldest first. */
    public synchronized List<Event> list() {
        return List.copyOf(last);
    }
}
