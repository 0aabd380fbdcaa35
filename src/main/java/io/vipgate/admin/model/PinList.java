package io.vipgate.admin.model;

import io.vipgate.json.OmitNull;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a pool's pins.
 *
 * <p>Immutable.
 *
 * @param count how many there are on all pages
 * @param next what the next page comes after; null on the last one
 */
public record PinList(String pool, List<Entry> pins, long count, @Nullable String next) {
    /**
     * A client's pin.
     *
     * @param home where it belongs, if a failure has led it elsewhere
     * @param open the client's open relays
     */
    public record Entry(String client, String endpoint, @OmitNull @Nullable String home, int open) {}
}
