package io.vipgate.control;

import io.vipgate.relay.RelayView;
import java.util.List;

/**
 * A page of open relays.
 *
 * <p>Immutable.
 *
 * @param matching how many are meant, on this page or not
 * @param left how many of them follow the page
 */
public record RelayListing(List<Entry> relays, int matching, int left) {
    /** Keeps its own copy. */
    public RelayListing {
        relays = List.copyOf(relays);
    }

    /** A relay and its name. */
    public record Entry(RelayId id, RelayView relay) {}
}
