package io.vipgate.relay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * Some of a loop's open relays. One pass over all of them keeps the first ones; only those are described, so that a look
 * holds the loop up no longer than a step of a drain does.
 *
 * <p>Immutable.
 *
 * @param relays in the order of their numbers
 * @param matching how many relays of the loop are meant, on this page or not
 * @param left how many of them follow the page
 */
public record RelayPage(List<RelayView> relays, int matching, int left) {
    /** Keeps its own copy. */
    public RelayPage {
        relays = List.copyOf(relays);
    }

    /**
     * Looks; to be called on the loop.
     *
     * @param matches which relays are of interest
     * @param after those up to this number are left out
     * @param most relays on the page
     */
    public static RelayPage of(RelayLoop loop, Predicate<Relay> matches, long after, int most) {
        assert loop.eventLoop().inEventLoop();
        PriorityQueue<Relay> first = new PriorityQueue<>(Comparator.comparingLong(Relay::number).reversed());
        int[] counts = {0, 0};
        loop.forEachRelay(relay -> {
            if (matches.test(relay)) {
                counts[0]++;
                if (relay.number() > after) {
                    counts[1]++;
                    first.add(relay);
                    if (first.size() > most) {
                        first.remove();
                    }
                }
            }
        });
        List<RelayView> views = new ArrayList<>(first.stream().map(Relay::view).toList());
        views.sort(Comparator.comparingLong(RelayView::number));
        return new RelayPage(views, counts[0], counts[1] - views.size());
    }
}
