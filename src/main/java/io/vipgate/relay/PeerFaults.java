package io.vipgate.relay;

import io.vipgate.access.Prefix;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What peers do wrong, as far as somebody should hear of it: when one of them does it again, and then once a minute at most,
 * with how often it was meanwhile and whose doing it is mostly.
 *
 * <p>Thread-safe.
 */
final class PeerFaults {
    private static final long EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int ADDRESS_BITS = 128;
    /** Balancers are few; of more addresses than this only the number is kept. */
    private static final int MAX_PEERS = 64;

    private final Map<Prefix, Integer> times = new LinkedHashMap<>();
    private long all;
    private boolean isTold;
    private long toldAt;

    /**
     * A peer has done it.
     *
     * @param now in nanoseconds, of any origin
     * @param tell gets whose connections it were, such as {@code 14 connections from 192.0.2.7 and 3 from others}
     */
    void on(long now, long high, long low, Consumer<String> tell) {
        String who = note(now, Prefix.of(high, low, ADDRESS_BITS));
        if (!who.isEmpty()) {
            tell.accept(who);
        }
    }

    /** Whom to tell of; empty when nobody is to be told now. */
    private synchronized String note(long now, Prefix peer) {
        all++;
        int count = times.size() < MAX_PEERS || times.containsKey(peer) ? times.merge(peer, 1, Integer::sum) : 0;
        if (count < 2 || (isTold && now - toldAt < EVERY_NANOS)) {
            return "";
        }
        isTold = true;
        toldAt = now;
        Map.Entry<Prefix, Integer> most = times.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        String who = most.getValue() + " connections from " + most.getKey()
                + (all > most.getValue() ? " and " + (all - most.getValue()) + " from others" : "");
        times.clear();
        all = 0;
        return who;
    }
}
