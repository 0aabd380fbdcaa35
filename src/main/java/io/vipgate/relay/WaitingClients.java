package io.vipgate.relay;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Clients of one listener whose first bytes are waited for, in the order in which they came.
 *
 * <p>Confined to its event loop, but for the number over all loops.
 */
final class WaitingClients {
    private @Nullable Preread first;
    private @Nullable Preread last;
    private AtomicInteger onAllLoops = new AtomicInteger();
    private int size;

    /** Shares the number with the listener's other loops. */
    void share(AtomicInteger number) {
        if (!number.equals(onAllLoops)) {
            onAllLoops.addAndGet(-size);
            number.addAndGet(size);
            onAllLoops = number;
        }
    }

    /** How many wait on all loops. */
    int onAllLoops() {
        return onAllLoops.get();
    }

    /** The one that has waited longest on this loop; null when none waits. */
    @Nullable
    Preread longest() {
        return first;
    }

    void add(Preread client) {
        client.before = last;
        if (last == null) {
            first = client;
        } else {
            last.behind = client;
        }
        last = client;
        size++;
        onAllLoops.getAndIncrement();
    }

    void remove(Preread client) {
        Preread before = client.before;
        Preread behind = client.behind;
        if (before == null) {
            first = behind;
        } else {
            before.behind = behind;
        }
        if (behind == null) {
            last = before;
        } else {
            behind.before = before;
        }
        client.before = null;
        client.behind = null;
        size--;
        onAllLoops.getAndDecrement();
    }
}
