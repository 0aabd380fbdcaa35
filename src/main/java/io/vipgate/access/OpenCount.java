package io.vipgate.access;

import org.jspecify.annotations.Nullable;

/**
 * How many connections one source has open. It is there only while that is above zero, and all of the source's connections hold it.
 *
 * <p>Thread-safe: guarded by the stripe of {@link OpenTable} that it stands in.
 */
final class OpenCount implements SourceHold {
    private final OpenTable table;
    private final @Nullable OpenCount around;
    private final long high;
    private final long low;
    private final int length;
    private final long hash;
    private int open;
    /** The next in the same bucket. */
    @Nullable
    OpenCount next;

    /**
     * Of nothing yet.
     *
     * @param around that of the network around the source; null when that has no limit
     */
    OpenCount(OpenTable table, SourceKey source, @Nullable OpenCount around) {
        this.table = table;
        this.around = around;
        high = source.high();
        low = source.low();
        length = source.length();
        hash = source.hash();
    }

    boolean isOf(SourceKey source) {
        return high == source.high() && low == source.low() && length == source.length();
    }

    long hash() {
        return hash;
    }

    int open() {
        return open;
    }

    Prefix prefix() {
        return new Prefix(high, low, length);
    }

    void increment() {
        open++;
    }

    @Override
    public void release() {
        OpenTable.Stripe stripe = table.stripe(hash);
        synchronized (stripe) {
            if (open == 0) {
                throw new IllegalStateException("released more often than held");
            }
            open--;
            if (open == 0) {
                stripe.remove(this);
            }
            if (around != null) {
                around.release();
            }
        }
    }
}
