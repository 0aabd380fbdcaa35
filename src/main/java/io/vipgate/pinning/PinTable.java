package io.vipgate.pinning;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.Ticker;
import io.vipgate.pool.ClientPrefix;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The pins of one pool, shared by all loops.
 *
 * <h2>How long a pin lives</h2>
 *
 * For {@code ttl} from the client's last connection: from its begin, and again from its end, and never less than while
 * one is open. At an endpoint that takes nothing new it is used, but lives no longer for it.
 *
 * <h2>The bound</h2>
 *
 * Beyond {@code maxEntries} the pins that would have ended first go, which are those of the clients that have been away
 * longest. That is why the table does not use Caffeine's own bound: it would rather turn newcomers away (W-TinyLFU), and
 * a flood of strangers would keep new clients from being pinned at all. Expiry is Caffeine's, by its timer wheel.
 *
 * <p>Thread-safe. Keys are the caller's own, one for each thread.
 */
public final class PinTable implements AutoCloseable {
    /** Heap that one pin takes at most, in bytes, with all that the table keeps for it; measured, see benchmarks. */
    public static final int BYTES_PER_PIN = 160;

    private static final Comparator<View> BY_CLIENT = Comparator.comparing(View::clientHigh, Long::compareUnsigned)
            .thenComparing(View::clientLow, Long::compareUnsigned);
    private static final long FOREVER = Long.MAX_VALUE;
    private static final int EVICTED_AT_ONCE = 64;

    private final ClientPrefix prefix;
    private final Ticker ticker;
    private final MaintenanceThread maintenance;
    private final Cache<PinKey, Pin> pins;
    private final Policy.VarExpiration<PinKey, Pin> expiration;
    private final LongAdder evictions = new LongAdder();
    private final LongAdder moves = new LongAdder();
    private volatile long ttlNanos;
    private volatile int maxEntries;

    /**
     * Makes an empty table.
     *
     * @param name what its thread is called after
     * @param prefix the part of an address that is pinned
     * @param ttlNanos how long a pin lives
     * @param maxEntries most pins, at least 1
     */
    public PinTable(String name, ClientPrefix prefix, long ttlNanos, int maxEntries) {
        this(name, prefix, ttlNanos, maxEntries, Ticker.systemTicker());
    }

    PinTable(String name, ClientPrefix prefix, long ttlNanos, int maxEntries, Ticker ticker) {
        this.prefix = prefix;
        this.ttlNanos = ttlNanos;
        this.maxEntries = maxEntries;
        this.ticker = ticker;
        maintenance = new MaintenanceThread(name);
        pins = Caffeine.newBuilder().expireAfter(new Lifetime()).ticker(ticker).executor(maintenance).build();
        expiration = pins.policy().expireVariably().orElseThrow();
        // Sets the clock of the timer wheel. Else the first pins are sorted in as if they had ages to live, and do not
        // count as the oldest.
        pins.cleanUp();
    }

    /** Changes the bounds; present pins keep their lifetime until they are used next. */
    public void bounds(long newTtlNanos, int newMaxEntries) {
        ttlNanos = newTtlNanos;
        while (pins.estimatedSize() > newMaxEntries && evictSome(newMaxEntries)) {
            // In small steps: the loops go on meanwhile.
            Thread.onSpinWait();
        }
        maxEntries = newMaxEntries;
    }

    /** The part of an address that is pinned. */
    public ClientPrefix prefix() {
        return prefix;
    }

    /** How long a pin lives, in nanoseconds. */
    public long ttlNanos() {
        return ttlNanos;
    }

    // ---- on the event loops ----

    /**
     * The pin of a client, if there is one. Allocates nothing.
     *
     * @param key filled with the client's key
     * @param high upper half of its address, IPv4 in its IPv4-mapped form
     * @param low lower half
     */
    public @Nullable Pin find(PinKey key, long high, long low) {
        key.set(prefix.high(high, low), prefix.low(high, low));
        // A look-up changes nothing, so there is nothing for Caffeine to note.
        return pins.policy().getIfPresentQuietly(key);
    }

    /**
     * Pins a client that {@link #find} has not found, unless another loop has done so meanwhile.
     *
     * @param key as {@code find} has filled it
     * @return the client's pin, to this endpoint or to the one that the other loop has chosen
     */
    public Pin pin(PinKey key, Endpoint endpoint) {
        Pin made = new Pin(endpoint);
        Pin present = pins.asMap().putIfAbsent(key.copy(), made);
        if (present != null) {
            return present;
        }
        boolean _ = evictSome(maxEntries);
        return made;
    }

    /**
     * A connection of the client has begun through this pin.
     *
     * @param key as {@code find} has filled it
     * @param isRenewed false at an endpoint that takes nothing new
     */
    public void onOpened(PinKey key, Pin pin, boolean isRenewed) {
        boolean isFirst = pin.opened() == 0;
        if (isRenewed && (isFirst || !pin.isHeld())) {
            settle(key, pin, ttlNanos);
        }
    }

    /**
     * A connection that began through this pin is over, or is not made after all.
     *
     * @param key filled with the client's key
     * @param state of the pin's endpoint; null when it is gone
     */
    public void onClosed(PinKey key, long high, long low, Pin pin, @Nullable EndpointState state) {
        if (pin.closed() > 0 || find(key, high, low) != pin) {
            return;
        }
        if (state != null && !state.isEligible()) {
            long left = ttlNanos - (ticker.read() - state.drainSince());
            long present = expiration.getExpiresAfter(key, TimeUnit.NANOSECONDS).orElse(0);
            settle(key, pin, Math.max(1, Math.min(present, left)));
        } else {
            settle(key, pin, ttlNanos);
        }
    }

    /**
     * Holds a pin while connections are open, or lets it live for so long when none is; again if another loop has opened
     * or closed one meanwhile. The look-up, or the write, has {@link Lifetime} set the time anew.
     */
    private void settle(PinKey key, Pin pin, long idleNanos) {
        boolean isOpen;
        do {
            isOpen = pin.open() > 0;
            if (isOpen) {
                pin.hold();
                Pin _ = pins.getIfPresent(key);
            } else {
                // As a write, and not by replace(), which counts as a read where the value stays: what reads tell the
                // timer wheel may get lost, and the pin would stay for days.
                pin.release(idleNanos);
                Pin _ = pins.asMap().computeIfPresent(key, (_, present) -> present);
            }
        } while (isOpen != pin.open() > 0);
    }

    /**
     * The client has reached another endpoint than its pin's. Where several of its connections do so at once, the first
     * decides.
     *
     * @param from where the pin led when the connection began
     * @param forLack not since that has failed, but for want of room there
     */
    public void move(PinKey key, long high, long low, Pin pin, Endpoint from, Endpoint to, boolean forLack) {
        if (pin.move(from, to, forLack)) {
            moves.increment();
            if (find(key, high, low) == pin) {
                settle(key, pin, ttlNanos);
            }
        }
    }

    /** Whether this is the pin that a client has now. */
    public boolean isPresent(PinKey key, long high, long low, Pin pin) {
        return find(key, high, low) == pin;
    }

    /**
     * Has a client go home, from an endpoint that a failure has led it to; where it belongs nowhere else, it is forgotten.
     *
     * @param pin its pin, which is present
     */
    public void sendHome(PinKey key, long high, long low, Pin pin, Endpoint from) {
        if (pin.home() == null) {
            key.set(prefix.high(high, low), prefix.low(high, low));
            boolean _ = pins.asMap().remove(key, pin);
        } else if (pin.goHome(from) && isPresent(key, high, low, pin)) {
            settle(key, pin, ttlNanos);
        }
    }

    /**
     * Takes out the oldest pins beyond a bound, and some more, so that a table that is full does not pay for it with each
     * newcomer; not too many, since event loops do this.
     *
     * @return false when there was none to take out
     */
    private boolean evictSome(int most) {
        long excess = pins.estimatedSize() - most;
        if (excess <= 0) {
            return false;
        }
        int count = (int) Math.min(excess, EVICTED_AT_ONCE) + Math.min(EVICTED_AT_ONCE, most / 8);
        List<PinKey> oldest = List.copyOf(expiration.oldest(count).keySet());
        pins.invalidateAll(oldest);
        evictions.add(oldest.size());
        return !oldest.isEmpty();
    }

    // ---- for operators ----

    /**
     * One pin, as an operator sees it.
     *
     * @param clientHigh upper half of the client's prefix
     * @param clientLow lower half
     * @param endpoint where the client is sent
     * @param home where it belongs, if a failure has led it elsewhere; null else
     * @param open its open connections
     */
    public record View(long clientHigh, long clientLow, Endpoint endpoint, @Nullable Endpoint home, int open) {
        private static View of(PinKey key, Pin pin) {
            Endpoint endpoint = pin.endpoint();
            Endpoint home = pin.home();
            return new View(key.high(), key.low(), endpoint, endpoint.equals(home) ? null : home, pin.open());
        }
    }

    /**
     * The first pins, in the order of the clients' addresses.
     *
     * @param count most to return; so many are held while all are looked at
     */
    public List<View> list(int count) {
        return first(count, _ -> true);
    }

    /**
     * Those that follow a client.
     *
     * @param high upper half of its address, or of its prefix
     * @param low lower half
     * @param count most to return
     */
    public List<View> listAfter(long high, long low, int count) {
        long lastHigh = prefix.high(high, low);
        long lastLow = prefix.low(high, low);
        return first(count, pin -> {
            int upper = Long.compareUnsigned(pin.clientHigh(), lastHigh);
            return upper > 0 || (upper == 0 && Long.compareUnsigned(pin.clientLow(), lastLow) > 0);
        });
    }

    private List<View> first(int count, Predicate<View> matches) {
        PriorityQueue<View> least = new PriorityQueue<>(BY_CLIENT.reversed());
        for (Map.Entry<PinKey, Pin> entry : pins.asMap().entrySet()) {
            View pin = View.of(entry.getKey(), entry.getValue());
            if (matches.test(pin) && (least.size() < count || BY_CLIENT.compare(pin, least.element()) < 0)) {
                least.add(pin);
                if (least.size() > count) {
                    View _ = least.remove();
                }
            }
        }
        return least.stream().sorted(BY_CLIENT).toList();
    }

    /** The pin of one client. */
    public Optional<View> of(long high, long low) {
        PinKey key = new PinKey();
        return Optional.ofNullable(find(key, high, low)).map(pin -> View.of(key, pin));
    }

    /** Forgets one client; true if it was pinned. Its open connections stay where they are. */
    public boolean remove(long high, long low) {
        PinKey key = new PinKey();
        key.set(prefix.high(high, low), prefix.low(high, low));
        return pins.asMap().remove(key) != null;
    }

    /** Forgets all clients; returns how many there were. */
    public long clear() {
        pins.cleanUp();
        long count = pins.estimatedSize();
        pins.invalidateAll();
        return count;
    }

    /** Pins now; some of them may be over and not yet taken out. */
    public long size() {
        return pins.estimatedSize();
    }

    /** Pins that had to go because the table was full. */
    public long evictions() {
        return evictions.sum();
    }

    /** Pins that were moved to another endpoint. */
    public long moves() {
        return moves.sum();
    }

    /** Takes out what is over; for tests and before a size is shown. */
    public void cleanUp() {
        pins.cleanUp();
    }

    /** Ends its thread. */
    @Override
    public void close() {
        maintenance.close();
    }

    /** Reading by itself renews nothing: an operator's look at a pin must not keep it. */
    private final class Lifetime implements Expiry<PinKey, Pin> {
        @Override
        public long expireAfterCreate(PinKey key, Pin pin, long now) {
            return ttlNanos;
        }

        @Override
        public long expireAfterUpdate(PinKey key, Pin pin, long now, long left) {
            return pin.isHeld() ? FOREVER : pin.lifeAfterHold();
        }

        @Override
        public long expireAfterRead(PinKey key, Pin pin, long now, long left) {
            if (pin.isHeld()) {
                return FOREVER;
            }
            return left;
        }
    }
}
