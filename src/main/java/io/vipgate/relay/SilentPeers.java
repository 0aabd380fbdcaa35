package io.vipgate.relay;

import io.vipgate.access.Prefix;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Peers of a listener that were silent where a PROXY header was due, as far as somebody should hear of it: when it happens to
 * one of them again, and then once a minute at most.
 *
 * <p>Thread-safe.
 */
final class SilentPeers {
    private static final long EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int ADDRESS_BITS = 128;
    /** Balancers are few; more addresses than this are no such thing. */
    private static final int MAX_PEERS = 64;

    private final Map<Prefix, Integer> times = new LinkedHashMap<>();
    private boolean isTold;
    private long toldAt;

    /** Gets a peer, as a network of one address, and how often it was silent since the last time that somebody was told. */
    interface Teller {
        void tell(Prefix peer, int times);
    }

    /**
     * A peer was silent.
     *
     * @param now in nanoseconds, of any origin
     */
    synchronized void onSilent(long now, long high, long low, Teller teller) {
        Prefix peer = Prefix.of(high, low, ADDRESS_BITS);
        if (!times.containsKey(peer) && times.size() >= MAX_PEERS) {
            times.clear();
        }
        int count = times.merge(peer, 1, Integer::sum);
        if (count > 1 && (!isTold || now - toldAt >= EVERY_NANOS)) {
            isTold = true;
            toldAt = now;
            times.clear();
            teller.tell(peer, count);
        }
    }
}
