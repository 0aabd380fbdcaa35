package io.vipgate.counters;

/**
 * Counts by reason: one plain long per constant of an enum.
 *
 * <p>Confined to the thread that counts; a copy belongs to whoever has it.
 */
public final class EnumCounter<E extends Enum<E>> {
    private final long[] counts;

    /** Makes a counter that stands at 0 for each reason. */
    public EnumCounter(Class<E> reasons) {
        counts = new long[reasons.getEnumConstants().length];
    }

    private EnumCounter(long[] counts) {
        this.counts = counts;
    }

    /** Counts one. */
    @SuppressWarnings("EnumOrdinal") // an index into an array of this process, never stored
    public void add(E reason) {
        counts[reason.ordinal()]++;
    }

    /** Adds all that another has counted. */
    public void add(EnumCounter<E> other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    /** The same counts, which do not move on. */
    public EnumCounter<E> copy() {
        return new EnumCounter<>(counts.clone());
    }

    /** Both together. */
    public EnumCounter<E> plus(EnumCounter<E> other) {
        EnumCounter<E> sum = copy();
        sum.add(other);
        return sum;
    }

    /** How many were counted for this reason. */
    @SuppressWarnings("EnumOrdinal")
    public long of(E reason) {
        return counts[reason.ordinal()];
    }

    /** How many were counted for all reasons. */
    public long sum() {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }
}
