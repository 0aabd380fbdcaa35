package io.vipgate.access;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * Token buckets of sources in a fixed amount of memory: sets of eight, 16 bytes each. A source's hash says in which set its bucket is,
 * and which of the eight. A bucket that is full again says nothing that a new one would not, so a newcomer takes the
 * fullest one of its set, and never one that is empty: a flood of strangers can't make the gateway forget who is over the
 * limit. Where all eight are empty the newcomer has none.
 *
 * <p>A set is eight names in one cache line and eight fills in the next. A name is 40 bits of the hash and the kind, a fill 32 bits of units and
 * 32 bits of milliseconds. Two threads that bring the same newcomer at the same instant may give it two buckets for that
 * instant; nothing else is inexact but for a unit that rounding takes from each token.
 *
 * <p>Thread-safe, without a lock.
 */
final class TokenBuckets {
    /** What became of a connection. */
    enum Outcome {
        /** A token was taken. */
        TAKEN,
        /** There is none. */
        EMPTY,
        /** There is no bucket. */
        NO_ROOM
    }

    /** How fast the buckets of each kind fill. */
    interface Rates {
        /** That of a kind, 0 to 127. */
        TokenRate rate(int kind);
    }

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int WAYS = 8;
    private static final int SET_WORDS = 2 * WAYS;
    private static final long TAG_MASK = (1L << 40) - 1;
    private static final long FREE = 0;
    /** Somebody is filling it. */
    private static final long TAKEN_UP = 2;
    /** A clock that is behind another one by up to a minute has not been around once. */
    private static final long MOST_MILLIS = 0xffff_ffffL - 60_000;
    private static final int MAX_TRIES = 16;

    private final long[] words;
    private final int sets;
    private final LongAdder evictions = new LongAdder();

    /** So many, rounded up to whole sets. */
    TokenBuckets(int entries) {
        sets = (entries + WAYS - 1) / WAYS;
        words = new long[sets * SET_WORDS];
    }

    /** Buckets that went before they were full, and newcomers that had none. */
    long evictions() {
        return evictions.sum();
    }

    /**
     * Takes a token from a source's bucket, which is full if there was none.
     *
     * @param millis the time, of which the lower 32 bits count
     * @param rates of each kind
     */
    Outcome take(long hash, int kind, long millis, Rates rates) {
        int set = set(hash);
        long name = name(hash, kind);
        for (int i = 0; i < MAX_TRIES; i++) {
            int at = find(set, name);
            if (at < 0) {
                at = settle(set, name, millis, rates);
            }
            if (at < 0) {
                evictions.increment();
                return Outcome.NO_ROOM;
            }
            Outcome outcome = takeAt(at, name, millis, rates.rate(kind));
            if (outcome != Outcome.NO_ROOM) {
                return outcome;
            }
        }
        return Outcome.NO_ROOM;
    }

    /** {@code NO_ROOM}: the bucket went to another one meanwhile. */
    private Outcome takeAt(int at, long name, long millis, TokenRate rate) {
        while (true) {
            long fill = get(at + WAYS);
            if (get(at) != name) {
                return Outcome.NO_ROOM;
            }
            long units = units(fill, millis, rate);
            if (units < TokenRate.TOKEN) {
                return Outcome.EMPTY;
            }
            if (WORD.compareAndSet(words, at + WAYS, fill, fill(units - TokenRate.TOKEN, latest(fill, millis)))) {
                return Outcome.TAKEN;
            }
        }
    }

    /** Gives back a token that was taken. */
    void giveBack(long hash, int kind, TokenRate rate) {
        int at = find(set(hash), name(hash, kind));
        while (at >= 0) {
            long fill = get(at + WAYS);
            long units = Math.min((fill >>> 32) + TokenRate.TOKEN, rate.capacity());
            if (WORD.compareAndSet(words, at + WAYS, fill, fill(units, fill))) {
                return;
            }
        }
    }

    /** Units that a source has; those of a full bucket when there is none. */
    long units(long hash, int kind, long millis, TokenRate rate) {
        int at = find(set(hash), name(hash, kind));
        return at < 0 ? rate.capacity() : units(get(at + WAYS), millis, rate);
    }

    private int set(long hash) {
        return (int) (((hash >>> 32) * sets) >>> 32) * SET_WORDS;
    }

    private static long name(long hash, int kind) {
        return ((hash & TAG_MASK) << 8) | ((long) kind << 1) | 1;
    }

    private static int kind(long name) {
        return (int) (name >>> 1) & 0x7f;
    }

    private long get(int at) {
        return (long) WORD.getVolatile(words, at);
    }

    private int find(int set, long name) {
        for (int at = set; at < set + WAYS; at++) {
            if (get(at) == name) {
                return at;
            }
        }
        return -1;
    }

    /** Gives a newcomer a full bucket; -1 when there is none to have. */
    private int settle(int set, long name, long millis, Rates rates) {
        for (int i = 0; i < MAX_TRIES; i++) {
            int at = fullest(set, millis, rates);
            if (at < 0) {
                return -1;
            }
            long old = get(at);
            long fill = get(at + WAYS);
            if (old != TAKEN_UP && WORD.compareAndSet(words, at, old, TAKEN_UP)) {
                if (old != FREE && units(fill, millis, rates.rate(kind(old))) < rates.rate(kind(old)).capacity()) {
                    evictions.increment();
                }
                WORD.setVolatile(words, at + WAYS, fill(rates.rate(kind(name)).capacity(), millis));
                boolean isThere = find(set, name) >= 0;
                WORD.setVolatile(words, at, isThere ? FREE : name);
                return onlyOne(set, name);
            }
        }
        return -1;
    }

    /** Of two that were made at the same instant the first one stays. */
    private int onlyOne(int set, long name) {
        int first = find(set, name);
        for (int at = first + 1; first >= 0 && at < set + WAYS; at++) {
            if (get(at) == name) {
                WORD.compareAndSet(words, at, name, FREE);
            }
        }
        return first;
    }

    /** A free one, or else that which is full to the largest part; -1 when none has a token. */
    private int fullest(int set, long millis, Rates rates) {
        int fullest = -1;
        double most = -1;
        for (int at = set; at < set + WAYS; at++) {
            long name = get(at);
            if (name == FREE) {
                return at;
            }
            if (name != TAKEN_UP) {
                TokenRate rate = rates.rate(kind(name));
                long units = units(get(at + WAYS), millis, rate);
                double part = units < TokenRate.TOKEN ? -1 : (double) units / rate.capacity();
                if (part > most) {
                    fullest = at;
                    most = part;
                }
            }
        }
        return fullest;
    }

    private static long units(long fill, long millis, TokenRate rate) {
        long passed = (millis - fill) & 0xffff_ffffL;
        return rate.refilled(fill >>> 32, passed > MOST_MILLIS ? 0 : passed);
    }

    /** The later of two times, of which one may be from a clock that is behind. */
    private static long latest(long fill, long millis) {
        return ((millis - fill) & 0xffff_ffffL) > MOST_MILLIS ? fill : millis;
    }

    private static long fill(long units, long millis) {
        return (units << 32) | (millis & 0xffff_ffffL);
    }
}
