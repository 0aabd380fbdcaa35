package io.vipgate.pinning;

/**
 * The part of a client's address that is pinned. A loop looks up with one instance that it fills anew each time, so that
 * a look-up allocates nothing; the table keeps copies, which never change.
 *
 * <p>Confined to its event loop; the copies in a table are immutable.
 */
public final class PinKey {
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private long high;
    private long low;

    /** A key that names no client yet. */
    public PinKey() {}

    private PinKey(PinKey other) {
        high = other.high;
        low = other.low;
    }

    void set(long newHigh, long newLow) {
        high = newHigh;
        low = newLow;
    }

    PinKey copy() {
        return new PinKey(this);
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PinKey key && key.high == high && key.low == low;
    }

    @Override
    public int hashCode() {
        long mixed = (high * MIX ^ low) * MIX;
        return (int) (mixed >>> Integer.SIZE);
    }
}
