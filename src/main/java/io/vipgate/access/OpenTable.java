package io.vipgate.access;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sources that have connections open, and how many. Its size is bounded by the connections, and what many of them needed is given
 * back when they have gone.
 *
 * <p>Thread-safe: each stripe is guarded by itself. Who holds one of a table of sources may take one of the table of networks around
 * them, and never the other way round.
 */
final class OpenTable {
    private static final int STRIPES = 64;
    private static final int STRIPE_BITS = 6;
    private static final int MIN_BUCKETS = 8;

    private final Stripe[] stripes = new Stripe[STRIPES];

    OpenTable() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    Stripe stripe(long hash) {
        return stripes[(int) hash & (STRIPES - 1)];
    }

    /**
     * Counts one more connection, unless its source or the network around that has as many as it may.
     *
     * @param most of the source
     * @param outer counts the networks around sources; null when those have no limit
     * @param around the one around the source
     * @param mostAround of that
     * @return null if there are too many already
     */
    @Nullable
    OpenCount acquire(SourceKey source, long most, @Nullable OpenTable outer, SourceKey around, long mostAround) {
        Stripe stripe = stripe(source.hash());
        synchronized (stripe) {
            OpenCount count = stripe.find(source);
            if (count != null && count.open() >= most) {
                return null;
            }
            OpenCount counted = outer == null ? null : outer.acquire(around, mostAround, null, around, 0);
            if (outer != null && counted == null) {
                return null;
            }
            if (count == null) {
                count = new OpenCount(this, source, counted);
                stripe.add(count);
            }
            count.increment();
            return count;
        }
    }

    /** How many connections a source has open. */
    int open(SourceKey source) {
        Stripe stripe = stripe(source.hash());
        synchronized (stripe) {
            OpenCount count = stripe.find(source);
            return count == null ? 0 : count.open();
        }
    }

    /** Those that there are; a copy, which others change meanwhile. */
    List<OpenCount> all() {
        List<OpenCount> all = new ArrayList<>();
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                stripe.addTo(all);
            }
        }
        return all;
    }

    /** A part of the table, chosen by the hash. */
    static final class Stripe {
        private @Nullable OpenCount[] buckets = new OpenCount[MIN_BUCKETS];
        private int size;

        private int bucket(long hash) {
            return (int) (hash >>> STRIPE_BITS) & (buckets.length - 1);
        }

        @Nullable
        OpenCount find(SourceKey source) {
            OpenCount count = buckets[bucket(source.hash())];
            while (count != null && !count.isOf(source)) {
                count = count.next;
            }
            return count;
        }

        void add(OpenCount count) {
            if (size == buckets.length) {
                resize(2 * size);
            }
            size++;
            link(count);
        }

        private void link(OpenCount count) {
            int bucket = bucket(count.hash());
            count.next = buckets[bucket];
            buckets[bucket] = count;
        }

        void remove(OpenCount count) {
            int bucket = bucket(count.hash());
            OpenCount before = buckets[bucket];
            if (before == count) {
                buckets[bucket] = count.next;
            } else {
                while (before != null && before.next != count) {
                    before = before.next;
                }
                if (before != null) {
                    before.next = count.next;
                }
            }
            size--;
            if (buckets.length > MIN_BUCKETS && size < buckets.length / 8) {
                resize(buckets.length / 2);
            }
        }

        private void resize(int room) {
            @Nullable
            OpenCount[] old = buckets;
            buckets = new OpenCount[room];
            for (OpenCount first : old) {
                OpenCount count = first;
                while (count != null) {
                    OpenCount next = count.next;
                    link(count);
                    count = next;
                }
            }
        }

        private void addTo(List<OpenCount> all) {
            for (OpenCount first : buckets) {
                for (OpenCount count = first; count != null; count = count.next) {
                    all.add(count);
                }
            }
        }
    }
}
