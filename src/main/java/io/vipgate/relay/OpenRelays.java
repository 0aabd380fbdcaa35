package io.vipgate.relay;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The open relays of one event loop. Each knows its place, and the last one takes the place of one that ends: whoever goes
 * through them from the last to the first, some at a time, misses none, and meets those at the most twice that moved.
 *
 * <p>Confined to its event loop.
 */
final class OpenRelays {
    private static final int MIN_CAPACITY = 64;

    private @Nullable Relay[] all = new @Nullable Relay[MIN_CAPACITY];
    private int size;

    void add(Relay relay) {
        if (size == all.length) {
            all = Arrays.copyOf(all, 2 * size);
        }
        relay.position = size;
        all[size++] = relay;
    }

    void remove(Relay relay) {
        Relay last = get(--size);
        all[relay.position] = last;
        last.position = relay.position;
        all[size] = null;
        if (size < all.length / 8 && all.length > MIN_CAPACITY) {
            all = Arrays.copyOf(all, all.length / 2);
        }
    }

    int size() {
        return size;
    }

    Relay get(int position) {
        return Objects.requireNonNull(all[position]);
    }
}
