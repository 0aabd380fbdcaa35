package io.vipgate.relay;

import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Some of a loop's open relays. One pass over all of them, some in each turn, keeps the first ones; only those are
 * described.
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
     * @param onEnd told on the loop what was found
     */
    public static void collect(RelayLoop loop, Predicate<Relay> matches, long after, int most,
            Consumer<RelayPage> onEnd) {
        TreeMap<Long, Relay> first = new TreeMap<>();
        int[] counts = {0, 0};
        RelayScan.begin(loop, relay -> {
            if (matches.test(relay)) {
                counts[0]++;
                if (relay.number() > after) {
                    counts[1]++;
                    keep(first, relay, most);
                }
            }
            return false;
        }, () -> {
            List<RelayView> views = first.values().stream().filter(Relay::isOpen).map(RelayView::of).toList();
            onEnd.accept(new RelayPage(views, counts[0], Math.max(0, counts[1] - first.size())));
        });
    }

    private static void keep(TreeMap<Long, Relay> first, Relay relay, int most) {
        if (first.size() < most) {
            first.put(relay.number(), relay);
        } else if (most > 0 && relay.number() < first.lastKey()) {
            first.put(relay.number(), relay);
            if (first.size() > most) {
                first.pollLastEntry();
            }
        }
    }
}
