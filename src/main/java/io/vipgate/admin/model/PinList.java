package io.vipgate.admin.model;

import java.util.List;

/**
 * A page of a pool's pins.
 *
 * <p>Immutable.
 *
 * @param count how many there are on all pages
 */
public record PinList(String pool, List<Entry> pins, long count, long offset) {
    /**
     * A client's pin.
     *
     * @param open the client's open relays
     */
    public record Entry(String client, String endpoint, int open) {}
}
